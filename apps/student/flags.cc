#include "flags.h"

namespace corpus::cli {
namespace {

constexpr Flag kFlags[] = {
    // --- the student
    {.name = "model",
     .letter = 'm',
     .value = "DIR",
     .help = "The student: a folder as transformers writes it, or a .gguf file",
     .commands = kSpeaks | kTrain | kMerge},
    {.name = "template",
     .value = "NAME",
     .help = "Chat template (default: the one whose tokens the tokenizer has)",
     .choices = "auto|chatml|llama3|mistral|gemma|zephyr|alpaca|plain",
     .commands = kSpeaks | kTrain},
    {.name = "context",
     .value = "N",
     .help = "Longest text in tokens, prompt and answer (default: the model's, at most 2048)",
     .commands = kSpeaks | kInit},
    {.name = "backend",
     .value = "NAME",
     .help = "What computes (default: cpu)",
     .choices = "cpu|cuda|emu",
     .commands = kSpeaks | kTrain},
    {.name = "dtype", .value = "TYPE", .help = "Numbers to compute with (default: f32)", .choices = "f32|bf16", .commands = kSpeaks | kTrain | kMerge},
    {.name = "threads", .value = "N", .help = "Threads to compute with (default: all)", .commands = kSpeaks | kTrain | kTokenizer},
    {.name = "slots",
     .value = "N",
     .help = "Texts that are made at once (8)",
     .details = "Each takes memory for its keys and values over the whole context.",
     .commands = kSpeaks},

    // --- tokenizer, init, merge
    {.name = "vocab", .value = "N", .help = "Ids of the tokenizer, special tokens and bytes included (8192)", .commands = kTokenizer},
    {.name = "config", .value = "NAME|FILE", .help = "1m, 3m, 15m, 135m or a config.json (15m)", .commands = kInit},
    {.name = "tokenizer", .value = "FILE", .help = "tokenizer.json, or a folder that holds one", .commands = kInit},
    {.name = "adapter", .value = "DIR", .help = "Folder with adapter_config.json", .commands = kMerge},

    // --- train: what is learned
    {.name = "length", .value = "N", .help = "Tokens of a packed sequence; longer conversations are left out (2048)", .commands = kTrain},
    {.name = "replay",
     .value = "PATH",
     .help = "General data to mix in against forgetting",
     .commands = kTrain,
     .repeats = true},
    {.name = "replay-share", .value = "SHARE", .help = "Its share of the sequences (0.1)", .commands = kTrain},
    {.name = "teacher-tokenizer",
     .value = "PATH",
     .help = "Also learn from the teacher's log-probabilities in the records",
     .details = "They mean something only when teacher and student have the same tokenizer; this one is compared.",
     .commands = kTrain},
    {.name = "teacher-topk", .value = "K", .help = "How many of them to use (20)", .commands = kTrain},
    {.name = "teacher-weight", .value = "W", .help = "Weight of the divergence against the text (0.5)", .commands = kTrain},
    {.name = "unchecked-policy", .help = "Train on data whose terms nobody checked; student.json records it", .commands = kTrain},

    // --- train: how
    {.name = "lora", .value = "RANK", .help = "Train adapters of this rank instead of the weights", .commands = kTrain},
    {.name = "lora-alpha", .value = "A", .help = "Scale of the adapters (twice the rank)", .commands = kTrain},
    {.name = "epochs", .value = "E", .help = "How often everything is seen (1)", .commands = kTrain},
    {.name = "steps", .value = "N", .help = "Steps, instead of --epochs", .commands = kTrain},
    {.name = "batch", .value = "N", .help = "Sequences of a step (8)", .commands = kTrain},
    {.name = "micro-batch", .value = "N", .help = "Sequences at once: more memory, same result (1)", .commands = kTrain},
    {.name = "lr", .value = "RATE", .help = "Highest learning rate (2e-5; 2e-4 with --lora)", .commands = kTrain},
    {.name = "schedule",
     .value = "SHAPE",
     .help = "How it comes down (cosine)",
     .details = "wsd stays at the top and comes down in the last fifth.",
     .choices = "cosine|wsd|constant",
     .commands = kTrain},
    {.name = "warmup", .value = "N", .help = "Steps up to it (3 % of all)", .commands = kTrain},
    {.name = "weight-decay", .value = "W", .help = "AdamW's (0.1)", .commands = kTrain},
    {.name = "clip", .value = "NORM", .help = "Largest norm of the gradient (1; 0: any)", .commands = kTrain},
    {.name = "stochastic-rounding", .help = "bf16 without an f32 copy of the weights", .commands = kTrain},
    {.name = "recompute", .help = "Keep less for the backward pass and compute it again", .commands = kTrain},
    {.name = "memory", .value = "SIZE", .help = "Refuse to start when the plan needs more", .commands = kTrain},
    {.name = "save-every", .value = "N", .help = "Steps between checkpoints (500; 0: none)", .commands = kTrain},
    {.name = "keep", .value = "N", .help = "Checkpoints to keep (2)", .commands = kTrain},
    {.name = "resume", .help = "Go on from the newest checkpoint", .commands = kTrain},
    {.name = "world", .value = "N", .help = "Processes that share each step (1)", .commands = kTrain},
    {.name = "rank", .value = "R", .help = "Which of them this is, from 0", .commands = kTrain},
    {.name = "rendezvous", .value = "PLACE", .help = "Where they meet: host:port or a Unix socket's path", .commands = kTrain},

    // --- evaluate
    {.name = "endpoint",
     .value = "URL",
     .help = "Ask an OpenAI-compatible endpoint instead, such as http://127.0.0.1:8080/v1",
     .details = "The key, where one is needed, is taken from the environment variable STUDENT_API_KEY and from "
                "nowhere else.",
     .commands = kEvaluate},
    {.name = "endpoint-model", .value = "NAME", .help = "Model to ask for there (default: the first)", .commands = kEvaluate},
    {.name = "parallel", .value = "N", .help = "Requests to the endpoint at once (4)", .commands = kEvaluate},
    {.name = "data",
     .value = "PATH",
     .help = "evaluate: folder with the benchmark files. train: files or a corpus folder to learn from",
     .commands = kEvaluate | kTrain,
     .repeats = true},
    {.name = "tasks",
     .value = "LIST",
     .help = "mmlu,gsm8k,humaneval,hhh,perplexity,exact (default: those with data)",
     .commands = kEvaluate},
    {.name = "shots", .value = "N", .help = "Worked examples before each question (5)", .commands = kEvaluate},
    {.name = "samples",
     .value = "N",
     .help = "HumanEval: answers to each question (1)",
     .details = "pass@1, pass@10 and pass@100 are estimated as far as the samples reach. More than one needs "
                "--temperature.",
     .commands = kEvaluate},
    {.name = "limit", .value = "N", .help = "At most N questions of each task, evenly spread", .commands = kEvaluate},

    // --- compare
    {.name = "resamples", .value = "N", .help = "Draws of the bootstrap (10000)", .commands = kCompare},

    // --- generate
    {.name = "prompts",
     .value = "FILE",
     .help = "JSON Lines with a member \"prompt\"; the same with \"response\" come out",
     .commands = kGenerate},
    {.name = "stop", .value = "TEXT", .help = "End an answer before this text", .commands = kGenerate, .repeats = true},

    // --- how answers are made
    {.name = "chat",
     .help = "Put prompts as a user's turn in the chat template",
     .commands = kEvaluate | kGenerate},
    {.name = "max-tokens", .value = "N", .help = "Longest answer", .commands = kEvaluate | kGenerate},
    {.name = "temperature", .value = "T", .help = "0 takes the most likely token (0)", .commands = kEvaluate | kGenerate},
    {.name = "top-k", .value = "K", .help = "Draw from the K most likely tokens", .commands = kGenerate},
    {.name = "top-p", .value = "P", .help = "Draw from the fewest tokens that have this probability", .commands = kEvaluate | kGenerate},
    {.name = "seed",
     .value = "S",
     .help = "The same seed draws the same (1)",
     .commands = kEvaluate | kCompare | kGenerate | kTrain | kInit},

    // --- serve
    {.name = "host",
     .value = "ADDRESS",
     .help = "Address to listen on (127.0.0.1)",
     .details = "The server asks for no key and speaks no TLS: beyond this machine put a proxy in front of it.",
     .commands = kServe},
    {.name = "port", .value = "N", .help = "Port to listen on (8080; 0 takes a free one)", .commands = kServe},
    {.name = "name", .value = "ID", .help = "Name of the model for clients (default: the folder's)", .commands = kServe},
    {.name = "max-clients", .value = "N", .help = "Connections at once (512)", .commands = kServe},
    {.name = "max-body", .value = "SIZE", .help = "Largest request (4MiB)", .commands = kServe},
    {.name = "max-queue", .value = "N", .help = "Answers that may wait for a slot (1024)", .commands = kServe},

    // --- what comes out
    {.name = "output",
     .letter = 'o',
     .value = "OUT",
     .help = "evaluate: the run file. generate: where answers go (standard output). Others: what is made",
     .commands = kEvaluate | kGenerate | kTrain | kInit | kMerge | kTokenizer},
    {.name = "json", .help = "Print one JSON object on standard output", .commands = kEvaluate | kCompare},
    {.name = "quiet", .letter = 'q', .help = "Only say what went wrong", .commands = kEvaluate | kGenerate | kServe | kTrain | kInit | kTokenizer},

    {.name = "help", .letter = 'h', .help = "Print this and exit", .commands = kEvery},
    {.name = "version", .letter = 'V', .help = "Print the version and exit", .commands = kEvery},
};

}  // namespace

std::span<const Flag> flags() { return kFlags; }

}  // namespace corpus::cli
