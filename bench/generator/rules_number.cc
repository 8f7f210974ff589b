// Arithmetic word problems. Registers: 0 who, 1 unit (plural), 2 the number of this step, 3 the
// total before it, 4 the total after it, 5 a second number.
#include "rules.h"

namespace corpus::demo {

void add_number_rules(Grammar& g) {
  g.rule("sum_scene",
         {"{when}, {0} began to {v} {1} {where}.", "{0} looks after {1} for {who}.",
          "In {l}, {0} keeps {an j} count of {1}.", "{who} asked {0} to sort {1} for {an j} {n}.",
          "{0} needs {1} to {v} {np}.", "There is {an n} full of {1} {where}, and {0} owns it.",
          "Every {j} {n} that {0} {vs} calls for {1}.", "{0} and {an o} share {ab} and {1}."});
  g.rule("sum_start", {"At first there are {2} {1} in the {j} {n}.", "{0} starts with {2} {1}.",
                       "The {n} holds {2} {1} to begin with.", "{^when}, {0} owned {2} {1}.",
                       "Somebody left {2} {1} {where} for {0}.", "A {j} {o} hands {0} {2} {1}."});
  g.rule("sum_add",
         {"Then {0} [finds|buys|collects|receives] {2} more {where}.",
          "{^who} brings {2} extra {1}, {r} wrapped.", "{^when}, another {2} {1} arrive.",
          "A gift from {l} adds {2} to the {n}.", "{0} {r} gathers {2} {1} {where}.",
          "{^an o} returns {2} that were borrowed {when}."});
  g.rule("sum_sub",
         {"After that {2} {1} go to {who}.", "{^who} {r} takes {2} of them.",
          "{0} trades {2} {1} for {np}.", "{^when}, {2} turn out to be {j} and are thrown away.",
          "A {j} {n} ruins {2} {1}.", "{0} sends {2} to {l} as thanks for {np}."});
  g.rule("sum_mul", {"{^when}, the number grows to {2} times what it was.",
                     "{^an j} {o} matches it until there is {2} times as much.",
                     "A trade in {l} leaves {0} with {2} times the amount.",
                     "Thanks to {ab}, the {n} now carries {2} times as many {1}."});
  g.rule("sum_div", {"{0} splits everything evenly among {2} {os}, himself or herself included, "
                     "and counts one share.",
                     "The {1} are packed in {2} equal {ns}; {0} keeps a single one.",
                     "{^who} divides the lot by {2}, and {0} carries one part {where}.",
                     "Only one of {2} equal heaps survives the {j} {n}."});
  g.rule("sum_each", {"On each of {5} {j} days {0} gains {2} more.",
                      "{^an o} from {l} adds {2} {1} in each of {5} weeks.",
                      "There are also {5} {ns} {where}, with {2} {1} apiece.",
                      "{0} opens {5} {j} {ns}, and each holds {2}."});
  g.rule("sum_ask", {"How many {1} does {0} have [now|in the end|after all that]?",
                     "What is the final number of {1}?", "Work out how many {1} remain for {0}.",
                     "How many are left, and how do you know?", "Find {0}'s total, step by step."});
  g.rule("step_lead", {"{^ab} first:", "Next,", "Now the {j} part:", "For the {n},", "Then, {r},",
                       "Looking at {who}:", "With {np} in mind,", "After the {j} {n},",
                       "Let us {v} this {r}:", "The {o} would say:", "Following the {n},",
                       "To keep {ab},", "So", "Here,", "From there,"});
  g.rule("step_add",
         {"{3} + {2} = {4} {1}.", "adding {2} to {3} gives {4}.",
          "{2} more than {3} makes {4} {1}.", "the count rises from {3} by {2}, to {4}."});
  g.rule("step_sub", {"{3} - {2} = {4} {1}.", "taking {2} from {3} leaves {4}.",
                      "{3} less {2} is {4} {1}.", "the count falls by {2}, from {3} to {4}."});
  g.rule("step_mul", {"{3} * {2} = {4} {1}.", "{2} times {3} comes to {4}.",
                      "multiplying {3} by {2} yields {4} {1}."});
  g.rule("step_div", {"{3} / {2} = {4} {1}.", "one part of {3} in {2} is {4}.",
                      "dividing {3} by {2} gives {4} {1}."});
  g.rule("step_each", {"{5} * {2} is the gain, so {3} grows to {4} {1}.",
                       "{2} taken {5} times, plus {3}, is {4}.",
                       "with {5} lots of {2} on top of {3} there are {4}."});
  g.rule("remark", {"That is {j} because {who} {act}.", "The {n} does not matter here, {r} put.",
                    "Note that {np} changes nothing.", "{^who} would {v} the same way.",
                    "No {n} is lost in this step, only {ab}.", "One could also {v} the {ns} {r}.",
                    "{^ab} helps: the {j} {n} is only scenery.", "It is easy to miss {np} {where}.",
                    "A {j} check: {l} and the {ns} are not counted."});
  g.rule(
      "sum_intro",
      {"Let us follow the {1} {r}, one {n} at a time.", "We track {0}'s {1} through the {j} story.",
       "The {j} way is to keep a running total for {0}.",
       "I will {v} the events in order, with {ab}.", "Start from {np} and {v} each change."});
  g.rule("sum_answer",
         {"So {0} has {4} {1}.", "The answer is {4} {1}.", "In the end, {4} {1} belong to {0}.",
          "Final answer: {4}.", "{0} ends with {4} {1}, {r} counted."});
  g.rule("eq_ask",
         {"{^who} thinks of a number for {np}. {2} times it, {5}, equals {3}. What is it?",
          "A {n} weighs x {j} units. If {2}x and {5} make {3}, find x for {who}.",
          "{^when}, {p} wrote on {np}: {2} * x, {5}, is {3}. Help {who} {v} it.",
          "{^an o} in {l} charges {2} coins per {n}; the bill, {5}, came to {3}. How many {ns} "
          "were paid for?"});
  g.rule(
      "list_ask",
      {"{^who} measured {ns} {where} and noted: {2}. What are the mean, the largest and the range?",
       "Here are the {j} {ns} that {p} counted {when}: {2}. Give their mean, maximum and range.",
       "The {o} of {l} sold these many {ns}: {2}. Find the average, the maximum and the range for "
       "{who}."});
  g.rule("pct_ask", {"{^an j} {n} costs {3} coins in {l}. {^when}, the price [rises|grows] by {2} "
                     "percent, and then {who} pays {5} coins of postage. What does {p} pay?",
                     "{p} earns {3} coins for {vg} {np}. With {2} percent more for {ab} and {5} "
                     "coins for {np}, what is the sum?",
                     "The {o}'s {n} holds {3} liters. It is filled {2} percent beyond that, plus "
                     "{5} liters from {who}. How much is in it?"});
}

}  // namespace corpus::demo
