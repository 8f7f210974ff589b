// Words around code. Registers: 0 function name, 1 argument, 2 accumulator, 3 loop variable,
// 4 condition in words, 5 value in words, 6 aggregate in words, 7 language, 8 example input, 9
// result.
#include "rules.h"

namespace corpus::demo {

void add_code_rules(Grammar& g) {
  g.rule("code_ask", {"Write a {7} function `{0}` for {an o}: from a list of {t} {ts}, keep those "
                      "that are {4}, take {5}, and return {6}.",
                      "In {7}, how do I {v} {t} {ts}? I need {6} of {5}, only where the {t} is "
                      "{4}. Call it `{0}`.",
                      "{^who} asked for a {7} helper named `{0}`. Entries that are {4} count; use "
                      "{5}; give back {6}.",
                      "I am {vg} a {j} {t} tool in {l} and want `{0}` in {7}: skip what is not "
                      "{4}, then {6} over {5}.",
                      "Please implement `{0}` ({7}). Input: {t} {ts} of {an j} {n}. Output: {6}, "
                      "with {5} for each {t} that is {4}.",
                      "Our {t} {t} needs a {7} routine. Given whole numbers, look at {4} ones, "
                      "compute {5} and report {6}. Name: `{0}`."});
  g.rule("code_intro", {"Here is {an j} {7} version of `{0}` for the {t} {ts}:",
                        "A single pass over `{1}` is enough, with `{2}` as the running {t}:",
                        "The {j} idea is to walk `{1}` once and let `{2}` collect {6}:",
                        "Below, `{3}` is one {t} and `{2}` gathers what {who} needs:"});
  g.rule("code_why", {"The test on `{3}` drops each {t} that is not {4}.",
                      "`{2}` holds {6} so far, so no {j} {t} is kept.",
                      "For every {3} that passes, {5} goes into `{2}`.",
                      "`{0}` reads `{1}` once: linear time, constant {t} memory.",
                      "An empty `{1}` is fine; `{2}` then keeps its {j} start.",
                      "The caller's {t} is never changed by `{0}`.",
                      "If the {t} {ts} grow {j}, only the loop over `{1}` takes longer.",
                      "`{3}` is named after the {t}, so that {an o} can {v} it.",
                      "{^who} may want to {v} the {t} {r} before calling `{0}`.",
                      "I chose a loop over a {t} chain; it is {j} and easy to {v}.",
                      "Watch out for {j} {ts}: a {t} of the wrong type should be refused {r}."});
  g.rule("code_example",
         {"For example, `{8}` gives {9}.", "With `{8}` as the {t}, the result is {9}.",
          "Trying `{8}` by hand: the answer is {9}.", "Given `{8}`, `{0}` returns {9}."});
  g.rule("code_more",
         {"A {t} {t} could {v} this {r} if {who} asks.",
          "For {j} {ts}, test `{0}` with a {t} of one entry.",
          "Keep the {t} next to the {t}; {os} will look for it there.",
          "{^ab} matters more here than {ab}.", "The {j} {t} and the {t} {t} need no change.",
          "Later you can {v} the {t} in {an j} {t}.", "If {np} fails, log the {t} and {v} {r}.",
          "In {l}, {os} {v} such {ts} every {j} day."});
  g.rule("sql_ask",
         {"Write SQL for a table `{1}` with columns `{2}`, `{3}` and `{5}`: {4} for each `{2}` "
          "where `{5}` is over {6}.",
          "{^who} keeps {t} {ts} in `{1}`. Per `{2}`, I need {4}, only rows with `{5}` above {6}.",
          "How would {an o} query `{1}` to get {4} by `{2}` when `{5}` exceeds {6}?"});
  g.rule("sql_why", {"Rows at or below {6} are dropped before the {t} is formed.",
                     "Each `{2}` yields one {j} row.", "An index on `{5}` makes the {t} {j}.",
                     "`{3}` must not be null, or the {t} is {j}.",
                     "The order puts {an j} {t} first, as {who} prefers.",
                     "On a {j} {t}, add a limit of {#5-90}."});
  g.rule("type_ask",
         {"Design a {7} [type|class] `{0}` for {an j} {t} in {l}: it holds {8} and can tell {9}.",
          "I need `{0}` in {7} to {v} {t} {ts}. Fields: {8}. It must report {9}.",
          "{^who} wants {an j} {7} model of a {t}: `{0}` with {8}, plus a method for {9}."});
  g.rule("type_why",
         {"`{1}` is the {j} part of the {t}.", "The method reads only `{1}` and `{2}`, {r}.",
          "`{2}` starts where {who} sets it.",
          "Nothing in `{0}` knows of the {t} {t}, which keeps tests {j}.",
          "A {t} without `{1}` makes no sense, so the constructor asks for it.",
          "Should {an o} add a {t}, only `{0}` changes."});
}

}  // namespace corpus::demo
