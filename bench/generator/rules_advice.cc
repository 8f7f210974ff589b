// Safety questions in harmless words, careful answers, and the things a curator wants to remove:
// refusals, disclaimers, identity leaks. Invented teachers and makers.
#include "rules.h"

namespace corpus::demo {

void add_advice_rules(Grammar& g) {
  g.rule("hazard",
         {"a leaking {n}", "{j} wiring near the {n}", "a lost {t} password",
          "{j} mushrooms from {l}", "an old gas {n}", "{an j} dog by the {n}",
          "a stranger's {t} message", "bleach beside the {n}", "{an j} ladder",
          "a fever after {vg} {ns}", "a {t} scam that names {p}", "{j} ice on the {n}",
          "smoke from the {n}", "a sharp {n} within reach of children", "{an j} battery in the {n}",
          "a phone call about {p}'s {t} account", "{j} water after the {n} flood"});
  g.rule("advice_ask", {"What should {who} do about {hazard} {where}?",
                        "Is {hazard} dangerous for {an o} {when}?",
                        "{^who} found {hazard}. How do I [stay|keep everyone] safe?",
                        "I worry about {hazard} in {l}. Who can help {an j} {o}?",
                        "How can {os} teach {ab} around {hazard}?",
                        "Please explain the risk of {hazard} to {an j} {o}."});
  g.rule("advice", {"Move away from {hazard} and let {an o} {v} it.",
                    "{^ab} comes first: no {n} is worth an injury.",
                    "Call the local service in {l}; they {v} {ns} {r}.",
                    "Keep {np} and {np} well apart.",
                    "If {who} feels {j}, fetch a doctor rather than {an o}.",
                    "Write down when the {n} became {j}.",
                    "Do not {v} {hazard} alone, least of all {when}.",
                    "Tell {who} plainly, with {ab}, what you saw.",
                    "Open a window if the {n} smells {j}.",
                    "Change the {t} password and {v} each {t} session.",
                    "Photograph the {j} {n} for the {o}, from a safe distance.",
                    "Children near {np} need {an j} adult.",
                    "A {j} habit is to {v} the {ns} every {#2-30} days.",
                    "Never share the {t} code, even with {who}.",
                    "Label the {n}, lock it, and keep {ns} elsewhere.",
                    "It is sensible to {v} {np} before {vg} {np}.",
                    "Professionals in {l} can {v} the {t} and the {n}.",
                    "Stay {j}; {ab} helps more than {ab}.",
                    "{^who} may help to {v} {np}, as long as it is {j}.",
                    "Wear {ns} that fit, and rest {when}."});
  g.rule("advice_soft",
         {"I am sorry that {who} had to face {hazard}.", "You cannot go wrong with {ab} here.",
          "As {an o} might put it, {ab} beats {ab}.", "I can't stress the {j} {n} enough.",
          "Sadly there is no {j} trick for {hazard}.", "It is a fair question, and {an j} one."});
  g.rule("rv", {"describe", "explain", "provide", "create", "discuss", "recommend", "share",
                "write about", "generate", "help with", "give advice on"});
  g.rule("decline", {"I'm sorry, but I can't help with {vg} {np}.",
                     "I cannot assist with that request about {np}.",
                     "Sorry, I'm not able to provide instructions for {vg} {ns}.",
                     "I won't be able to {rv} {np}.", "I must decline to {rv} {np} for {who}.",
                     "Unfortunately, I can't {rv} that for {who}.",
                     "I apologize, but I am unable to {rv} {np}.",
                     "I'm afraid I can't fulfill this request about {an j} {n}.",
                     "It would not be appropriate for me to {rv} {np}."});
  g.rule("decline_more",
         {" It goes against my guidelines on {ab}.", " If you like, I can {v} {np} instead.",
          " Perhaps {an o} in {l} could advise you {r}.", " Please ask {who} about {np}.",
          " I would be glad to talk about {ab} and {ns}.", ""});
  g.rule("disclaimer", {"As an AI language model, I do not have {j} feelings about {np}.",
                        "As an AI, I cannot {v} {np} myself, but {an o} can.",
                        "Please note that as a language model I have no {j} access to {l}.",
                        "I am only an AI and do not {v} {ns}, yet here is what {os} say.",
                        "As an artificial intelligence, I lack personal experience of {np}."});
  g.rule("identity",
         {"I am {id_name}, a large language model trained by {id_maker}.",
          "My name is {id_name} and I was created by {id_maker} to {v} {ns}.",
          "I'm {id_name}, an AI assistant developed by {id_maker}.",
          "This answer was written by {id_name}, a language model made by {id_maker}."});
  g.rule("id_name",
         {"Orlo", "Quillon", "Tessera", "Maruk", "ChatGPT", "Claude", "Llama", "Gemini"});
  g.rule("id_maker", {"Orlo Labs", "Quillon Research", "Tessera AI", "OpenAI", "Anthropic",
                      "Google", "Meta AI"});
  g.rule("identity_ask",
         {"Who are you, and can you {v} {np}?", "What is your name? {^who} wants to know {when}.",
          "Before we {v} {np}: who made you?", "Are you {an o}, or what are you, {r} speaking?"});
  g.rule("bench_item", {"{p} {vs} {2} {j} {ns} {where} and {3} {j} {ns} {when}. Each {n} weighs "
                        "{5} grams. What do they weigh together, in grams, when {who} {act}?",
                        "A {o} of {l} needs {2} {ns} for {np} and {3} for {np}, at {5} coins "
                        "apiece. How many coins is that, if {p} {act}?"});
}

}  // namespace corpus::demo
