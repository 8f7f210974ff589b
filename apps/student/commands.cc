#include "commands.h"

#include "flags.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kMake = "Make it";
constexpr std::string_view kMeasure = "Measure it";
constexpr std::string_view kUse = "Use it";

constexpr Command kCommands[] = {
    {"tokenizer", kTokenizer, kMake, "train FILES... --vocab N -o tokenizer.json", "Learn a tokenizer from texts",
     "Byte-level BPE over every turn of the records; digits stand alone. The same texts give the same file.",
     "student tokenizer train corpus-folder --vocab 8192 -o tokenizer.json", student::tokenizer_command},
    {"init", kInit, kMake, "--config NAME|FILE --tokenizer FILE -o DIR", "Make a new model with random weights",
     "--config is 1m, 3m, 15m or 135m, or a config.json. The folder loads in transformers.",
     "student init --config 15m --tokenizer tokenizer.json -o fresh", student::init_command},
    {"train", kTrain, kMake, "--model DIR --data CORPUS -o OUT", "Teach it the answers of a corpus",
     "Cross-entropy on the assistant's answers and on the end of its turns. Conversations are packed into sequences of "
     "--length tokens without cutting any, and do not see each other. The data has to be a corpus whose terms were "
     "checked for training, or --unchecked-policy is recorded.\n"
     "OUT loads in transformers; student.json says what it was made of. A run that was interrupted goes on with "
     "--resume to the same bytes. docs/howto/train-a-student.md goes through it.",
     "# Fine-tune all weights on a curated corpus\n"
     "student train --model SmolLM2 --data clean --epochs 2 -o my-student\n"
     "# Adapters only, with a tenth of general text against forgetting\n"
     "student train --model SmolLM2 --data clean --lora 16 --replay general.jsonl -o my-student",
     student::train_command},
    {"merge", kMerge, kMake, "--model DIR --adapter DIR -o OUT", "Put an adapter into its model",
     "Reads adapters as PEFT keeps them.", "student merge --model SmolLM2 --adapter my-student/adapter -o merged",
     student::merge_command},
    {"evaluate", kEvaluate, kMeasure, "--model DIR|--endpoint URL --data DIR -o RUN.jsonl",
     "Ask the questions of benchmarks and score the answers",
     "MMLU by the likelihood of the letters, GSM8K and exact answers by what is written, HumanEval by running the code "
     "in a sandbox, HHH by which of two answers is likelier, perplexity of held-out texts. Files are read as they are "
     "published; docs/howto/evaluate-a-student.md says which.\n"
     "Every prompt and answer is written to RUN.jsonl, for student compare.",
     "# Everything there is data for\n"
     "student evaluate --model before --data bench -o before.jsonl\n"
     "# The teacher, behind an endpoint; the key comes from STUDENT_API_KEY\n"
     "student evaluate --endpoint https://example.org/v1 --chat --data bench --tasks gsm8k -o teacher.jsonl",
     student::evaluate_command},
    {"compare", kCompare, kMeasure, "RUN | BEFORE AFTER [TEACHER]", "Put runs side by side",
     "Joins the runs question by question: scores before and after, paired bootstrap interval of the difference, "
     "McNemar's test, the teacher's score and the share of the distance that was covered.",
     "student compare before.jsonl after.jsonl teacher.jsonl",
     student::compare_command},
    {"generate", kGenerate, kUse, "--model DIR [PROMPT... | --prompts FILE]", "Answer prompts",
     "Prompts are arguments, or JSON Lines, or standard input as one text when there are neither. Many are answered "
     "side by side; the answer to one does not depend on the others.",
     "student generate --model my-student --chat 'Name three colours.'\n"
     "student generate --model my-student --chat --prompts prompts.jsonl -o answers.jsonl --temperature 0.8",
     student::generate_command},
    {"serve", kServe, kUse, "--model DIR [--port N]", "Serve it to OpenAI clients",
     "/v1/completions, /v1/chat/completions, /v1/embeddings and /v1/models, with streaming and log-probabilities. "
     "Ends with SIGINT or SIGTERM.",
     "student serve --model my-student --port 8080\n"
     "curl http://127.0.0.1:8080/v1/models",
     student::serve_command},
    {"help", kHelp, {}, "[COMMAND | man | completions bash|zsh|fish]", "Explain a command",
     "man prints the manual page, completions a script for a shell.",
     "student help evaluate\n"
     "source <(student help completions bash)",
     help},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Program& program() {
  static constexpr Program kProgram = {
      .name = "student",
      .tagline = "Train, measure and serve a student: a small language model that learns from a corpus of teacher "
                 "answers.",
      .summary = "train, measure and serve a small language model",
      .description = "Models are folders as Hugging Face's transformers reads and writes them. Nothing is downloaded. "
                     "Results go to standard output or -o, words to standard error.",
      .start = "  student generate --model my-student --chat 'Hello'      ask it something\n"
               "  student evaluate --model my-student --data bench -o run.jsonl\n"
               "  student serve --model my-student                        for OpenAI clients\n",
      .answer_is_no = "nothing: a comparison is no verdict",
      .is_common = [](const Flag& flag) {
        return flag.name != "model" && (flag.commands & kSpeaks) == kSpeaks && flag.commands != kEvery;
      }};
  return kProgram;
}

}  // namespace corpus::cli
