// Phrases used everywhere, and the sentences of creative writing.
#include "rules.h"

namespace corpus::demo {

void add_story_rules(Grammar& g) {
  g.rule("np", {"{an j} {n}", "the {j} {n}", "the {n} from {l}", "{p}'s {n}", "{#2-60} {ns}",
                "the {o}'s {j} {n}", "some {j} {ns}", "{an n} of {j} {n}", "those {j} {ns}",
                "the {n} and {an n}", "{an j}, {j} {n}", "her {j} {ns}", "his {n}", "their {j} {n}",
                "one {n} beside the {n}", "every {j} {n}", "the {ns} near the {n}", "{an n}"});
  g.rule("who", {"{p}", "the {o}", "{p} the {o}", "{an j} {o}", "the {j} {o} of {l}", "{p} and {p}",
                 "the two {os}", "{p}'s {o}", "the {o} with the {n}", "an old {o} named {p}",
                 "my {j} neighbor {p}", "the youngest of the {os}", "{p}, who was {an o},"});
  g.rule("when",
         {"after the {j} {n}", "before {p} could {v} {np}", "on {an j} morning",
          "while the {ns} were still {j}", "at the edge of {l}", "when the {n} grew {j}",
          "for {#2-40} {j} days", "near the end of the {j} season", "during the {n} festival",
          "as soon as {who} arrived", "long after the {ns} of {l} had gone {j}",
          "just past the {j} {n}", "the week that {p} {vd} {np}", "once the {n} was {j}",
          "by the {j} light of {an n}", "in the {#4-20}th year of the {n}", "at {#1-12} o'clock"});
  g.rule("where",
         {"behind the {n}", "under {an j} {n}", "in {l}", "beyond the {j} {ns}", "beside {p}'s {n}",
          "on the road to {l}", "between the {n} and the {n}", "inside {an j} {n}",
          "above the {ns} of {l}", "along the {j} {n}", "across {#2-90} {ns}",
          "close to the {j} {n}", "among the {ns}", "at the {n} gate"});
  g.rule("act", {"{vd} {np}", "{r} {vd} {np}", "{vd} {np} {where}", "{vd} {np} and {vd} {np}",
                 "{vd} the {ns} {r}", "{vd} {np} with {ab}", "could not {v} {np}",
                 "had {r} {vd} {np}", "{vd} both {ns} and {ns}", "began to {v} {np}",
                 "{vd} {np} without {ab}", "was {vg} {np} {where}"});
  g.rule("story", {"{when}, {who} {act}.",
                   "{who} {act} {when}.",
                   "{where}, {np} waited.",
                   "Nobody in {l} had {vd} such {an j} {n}.",
                   "\"{^np},\" said {who}, \"is worth more than {ab}.\"",
                   "{who} {act}, but the {n} stayed {j}.",
                   "It was {ab}, not {ab}, that {vd} {who}.",
                   "The {n} {where} smelled of {n} and {j} {n}.",
                   "{^ab} came {r}, like {an n} {where}.",
                   "If {who} {vd} {np}, then {p} {act}.",
                   "{who} {act} because {who} {act}.",
                   "There were {#3-99} {ns} {where}, each of them {j} and {j}.",
                   "\"Why {v} the {n}?\" asked {who}. \"{^ab} and {ab},\" {p} answered {r}.",
                   "{^j} {ns} lined the {n}, and {np} hung {where}.",
                   "{who} remembered {np} from {l}.",
                   "Not even {who} could {v} {np} as {r} as {p}.",
                   "{when}, the {ns} {vd} {np}.",
                   "They {vd} {np}, {vd} {np}, and at last {vd} {np}.",
                   "{who} kept {np} {where}.",
                   "What {who} wanted was {ab}; what {p} found was {np}.",
                   "{^vg} {np} took {#2-50} days.",
                   "The {o} {act}, and {where} {np} began to {v}.",
                   "So {who} {act}, {r} and with {ab}.",
                   "{who} had learned {ab} {where}, {vg} {np}.",
                   "A rumor of {np} reached {l} {when}.",
                   "Between {ab} and {ab}, {who} chose {np}.",
                   "{^np} {vd} the {o}, who {act}.",
                   "\"Take {np},\" {p} whispered, \"and {v} it {where}.\"",
                   "{who} looked {r} at {np}.",
                   "By then {p} {act}, and {who} {act}.",
                   "{^ab} makes {an o} {j}; {ab} makes {np} {j}.",
                   "{when}, {p} counted {#4-900} {ns} and {#2-40} {ns}.",
                   "No {n} in {l} was as {j}.",
                   "{who} traded {np} for {np}, {r} enough.",
                   "{where} the {n} turned {j}, {who} {act}.",
                   "It took {ab} to {v} {np}, and more {ab} to {v} {np}.",
                   "{p} smiled. {^np} was {j} again.",
                   "Each {n} carried {an n}, and each {n} {act}.",
                   "{who} {r} {vd} {np}, hoping for {ab}.",
                   "Some said the {n} {act}; others blamed {who}.",
                   "{^j} as {an n}, {who} {act}.",
                   "{p} wrote to {who} about {np} and {ab}.",
                   "All through {l}, {ns} {vd} {ns}.",
                   "The {j} part was {vg} {np} {where}.",
                   "{who} never {vd} {np} {when}.",
                   "\"{^ab}!\" cried {who}. The {ns} {vd} {r}.",
                   "{^vg} and {vg}, {who} reached {np}.",
                   "{p}'s {n} was {j}, {p}'s {n} {j}, and {np} lay {where}.",
                   "{when} came {np}."});
  g.rule("ending",
         {"And {where}, {np} is still {j}.", "From then on {who} {act}, {r} and with {ab}.",
          "That is how {l} learned to {v} {np}.", "{who} kept the {j} {n}, and {p} kept {ab}.",
          "In the end {ab} was {an j} {n}, and {who} {act}.", "{p} closed the {n} and {act}.",
          "Only {np} knew why {who} {act}.", "The {n} went {j}, and {l} slept {r}."});
  g.rule("verse",
         {"{^an j} {n} {where},", "the {ns} {v} {np},", "{^ab} and {ab} {where},",
          "{p} {vs} {np} {r},", "no {n}, no {j} {n},", "{^j} the {n}, {j} the {n},",
          "and {np} {where}.", "{^who} {vs} the {j} {n},", "O {n} of {l}, {v} me {r},", "{^when},",
          "{^ns}, {ns} and {ab},", "I {vd} {np} {where},", "you {vd} {np} for {ab},",
          "the {j} {n} {vs} {np}.", "{^vg} {np}, {vg} {ab},", "{#3-99} {ns} under {an j} {n},"});
  g.rule("story_ask",
         {"Write [a short story|a scene|a tale|a vignette] about {who} and {np} {where}.",
          "[Tell|Give] me a {j} [story|tale] in which {who} {act}.",
          "I need {an j} [opening|passage|story] set in {l}; {np} should matter to {who}.",
          "Compose a {#120-400}-word piece where {ab} meets {ab} and {who} {act}.",
          "Draft [a bedtime story|a fable] with {an o}, {an n} and {np}.",
          "Imagine that {who} {act} {when}. Continue from there.",
          "Describe {l} {when}, as {an o} would see it, with {np}.",
          "Write about {ab} without naming it. Use {np} and {who}."});
  g.rule("verse_ask", {"Write [a poem|some verses|a short poem] about {np} and {ab}.",
                       "[Compose|Write] {#8-20} lines on {ab} {where}, with {np}.",
                       "I would like {an j} poem for {who}; mention {np}.",
                       "Please put {np} and {l} into {an j} poem."});
  g.rule("letter_ask", {"Write a letter from {who} to {who} about {np}.",
                        "Draft {an j} message in which {p} thanks {who} for {np}.",
                        "Help me write to {an o} in {l} about {ab} and {np}."});
  g.rule("story_extra", {" Keep it {j} and {j}.", " The tone should be {j}, with a touch of {ab}.",
                         " Let {p} have the last word.", " Avoid {ab}; I want {ab}.",
                         " It is for {an j} {o}.", " Mention the {n} at least once, {r}.",
                         " {^np} may appear, but {who} may not.", "", "", ""});
  g.rule("system",
         {"You are {an j} assistant for {os} in {l}.", "You help {os} {v} {ns}. Be {j} and {j}.",
          "Answer as {an j} {o} would, with {ab}.", "You write {r} and value {ab} over {ab}.",
          "You are a {j} tutor. Your student is {an o} who likes {ns}."});
  g.rule(
      "thanks",
      {"Thank you, that is {j}. Now [what about|tell me about|consider] {np}?",
       "Good. Can you say more on how {who} {act}?", "I see. And {np} {where}, what of it?",
       "Nice. Please add {np} and {an j} remark on {ab}.", "Could you redo it for {an o} from {l}?",
       "What would change if {who} {act}?", "That helps {who}. Next, {v} {np} with me."});
}

}  // namespace corpus::demo
