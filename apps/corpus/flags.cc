#include "flags.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kShapes = "messages|sharegpt|alpaca|prompt_response|text";

constexpr Flag kFlags[] = {
    // --- what comes out
    {.name = "output",
     .letter = 'o',
     .value = "OUT",
     .help = "Where the result goes: a folder, a file or -",
     .details =
         "A folder gets shards, rejects and a manifest. A name that ends in .jsonl, .jsonl.zst "
         "or .jsonl.gz is one file, compressed as its name says. - is standard output. null: "
         "writes nothing and only counts.",
     .commands = kMakes | kCat | kHead | kSample},
    {.name = "profile",
     .value = "NAME",
     .help = "Built-in recipe to start from (default: sft)",
     .details = "sft: conversations to fine-tune on. pretrain: running text. code: programs.",
     .choices = "sft|pretrain|code",
     .commands = kCurate},
    {.name = "recipe",
     .value = "FILE",
     .help = "Recipe to start from instead of a profile",
     .commands = kCurate},
    {.name = "set",
     .value = "PATH=VALUE",
     .help = "Change one option of the recipe",
     .details =
         "For example --set stages.dedup.minhash.bands=20. --set stages.filters.refusal=false "
         "takes that stage out.",
     .commands = kCurate | kRun,
     .repeats = true},
    {.name = "to",
     .value = "SHAPE",
     .help = "Shape to rewrite the records to",
     .choices = kShapes,
     .commands = kConvert,
     .sets = "output.convert"},
    {.name = "compress",
     .value = "CODEC",
     .help = "none, gzip or zstd:LEVEL (a folder: zstd:3)",
     .commands = kMakes,
     .sets = "output.compress"},
    {.name = "shard",
     .value = "SIZE",
     .help = "Begin a new part after this many bytes (256MiB)",
     .commands = kMakes,
     .sets = "output.shard"},

    // --- what it is for
    {.name = "intent",
     .value = "WHAT",
     .help = "What will be done: records whose terms do not allow it are dropped",
     .details = "train a model, train_competing: one that competes with the teacher's provider, "
                "redistribute or sell the text. What is not known to be allowed is not.",
     .choices = "train|train_competing|redistribute|sell",
     .commands = kIntends},
    {.name = "student",
     .value = "NAME",
     .help = "Name the trained model will have",
     .commands = kIntends},
    {.name = "student-base",
     .value = "MODEL",
     .help = "Model the student starts from",
     .commands = kIntends},
    {.name = "distribution",
     .value = "TO",
     .help = "Who gets the result (released)",
     .choices = "private|hosted|released",
     .commands = kIntends},
    {.name = "non-commercial",
     .help = "Nothing commercial is done with the result",
     .commands = kIntends},
    {.name = "accept",
     .value = "DUTY",
     .help = "A duty that is undertaken, as terms ask for it",
     .choices = "attribution|licence_copy|passthrough_terms|use_policy|user_limit|share_alike|"
                "permitted_access|disclose_ai",
     .commands = kIntends,
     .repeats = true},
    {.name = "date",
     .value = "YYYY-MM-DD",
     .help = "Day on which it is done (today)",
     .details = "Reviews of terms go out of date. curate writes the day into the recipe; give it "
                "for runs that are to be repeated on another day.",
     .commands = kIntends},
    {.name = "policy-table",
     .value = "FILE",
     .help = "TSV with licence and teacher of each input file",
     .details = "Columns file (relative to the table), licence_as_stated and teacher.",
     .commands = kIntends},
    {.name = "policy-file",
     .value = "FILE",
     .help = "Terms of your own, added to the built-in ones",
     .commands = kIntends,
     .repeats = true},
    {.name = "teacher",
     .value = "MODEL",
     .help = "explain: a model that wrote the text",
     .commands = kPolicy,
     .repeats = true},
    {.name = "licence",
     .value = "TEXT",
     .help = "explain: a licence of the text, as it is stated",
     .commands = kPolicy,
     .repeats = true},

    // --- signatures
    {.name = "key",
     .value = "FILE",
     .help = "sign: your secret key. Else: a public key (FILE.pub) that is trusted",
     .details =
         "Without it sign takes the PEM text in the environment variable CORPUS_KEY, and the "
         "others the key that the signature brings along: that finds damage, but not somebody "
         "who signs anew.",
     .commands = kSign | kVerify | kCheckProof,
     .repeats = true},
    {.name = "unchecked-policy",
     .help = "Sign although no terms were checked; the signature says so",
     .commands = kSign},
    {.name = "records",
     .help = "Of a signed corpus read every record, too, and compare it with its tree",
     .commands = kVerify},

    // --- filter
    {.name = "refusal",
     .help = "Drop refusals, AI disclaimers and identity leaks",
     .commands = kFilter,
     .sets = "stages.filters.refusal"},
    {.name = "truncated",
     .help = "Drop answers that were cut off",
     .commands = kFilter,
     .sets = "stages.filters.truncated"},
    {.name = "loop",
     .help = "Drop answers that repeat themselves",
     .commands = kFilter,
     .sets = "stages.filters.loop"},
    {.name = "encoding",
     .help = "Drop mojibake, control characters, NUL and lone surrogates",
     .commands = kFilter,
     .sets = "stages.filters.encoding"},
    {.name = "min-chars",
     .value = "N",
     .help = "Drop answers of fewer characters",
     .commands = kFilter,
     .sets = "stages.filters.length.min_chars"},
    {.name = "max-chars",
     .value = "N",
     .help = "Drop answers of more characters",
     .commands = kFilter,
     .sets = "stages.filters.length.max_chars"},
    {.name = "min-words",
     .value = "N",
     .help = "Drop answers of fewer words",
     .commands = kFilter,
     .sets = "stages.filters.length.min_words"},
    {.name = "max-words",
     .value = "N",
     .help = "Drop answers of more words",
     .commands = kFilter,
     .sets = "stages.filters.length.max_words"},

    // --- dedup
    {.name = "scope",
     .value = "TURNS",
     .help = "Which turns are compared",
     .choices = "text|prompt|response",
     .commands = kDedup,
     .sets = "stages.*.scope"},
    {.name = "shingle",
     .value = "N",
     .help = "minhash: words in a shingle",
     .commands = kDedup,
     .sets = "stages.*.shingle"},
    {.name = "bands",
     .value = "N",
     .help = "minhash: bands of the signature",
     .commands = kDedup,
     .sets = "stages.*.bands"},
    {.name = "rows",
     .value = "N",
     .help = "minhash: rows of a band",
     .commands = kDedup,
     .sets = "stages.*.rows"},
    {.name = "keep",
     .value = "WHICH",
     .help = "minhash: which record of a cluster stays",
     .commands = kDedup,
     .sets = "stages.*.keep"},

    // --- head, sample
    {.name = "count",
     .letter = 'n',
     .value = "N",
     .help = "How many records (10)",
     .commands = kHead | kSample,
     .sets = "stages.*.n"},
    {.name = "seed",
     .value = "S",
     .help = "The same seed draws the same records",
     .commands = kSample,
     .sets = "stages.*.seed"},

    // --- how records are read
    {.name = "adapt",
     .value = "SHAPE",
     .help = "Shape of the records (auto looks at each)",
     .choices = "auto|messages|sharegpt|alpaca|prompt_response|question_answer|text|preference|"
                "ranked|tree|seed|choices",
     .commands = kReads,
     .sets = "input.adapt"},
    {.name = "map",
     .value = "FIELD=POINTER",
     .help = "Where a field is in records of no known shape",
     .details =
         "FIELD is prompt, response, system, text, reasoning, chosen, rejected, id, teacher or "
         "finish_reason; POINTER is a JSON Pointer: --map prompt=/q --map response=/answers/0.",
     .commands = kReads,
     .sets = "input.map",
     .repeats = true},
    {.name = "format",
     .value = "FORMAT",
     .help = "Format of the files (auto looks at the content)",
     .choices = "auto|jsonl|json|csv|tsv|text",
     .commands = kReads,
     .sets = "input.format"},
    {.name = "on-bad-record",
     .value = "WHAT",
     .help = "A malformed record: quarantine, skip or fail",
     .details = "quarantine (default) puts it with the rejects, skip only counts it, fail ends the "
                "run.",
     .choices = "quarantine|skip|fail",
     .commands = kRuns,
     .sets = "input.on_bad_record"},
    {.name = "max-record",
     .value = "SIZE",
     .help = "Longest record that is read (16MiB)",
     .commands = kRuns,
     .sets = "input.max_record"},
    {.name = "batch",
     .value = "SIZE",
     .help = "Bytes of text worked on at once (1MiB)",
     .details = "Files are written in frames of one batch, so the size of a batch is part of what "
                "makes two runs byte-equal.",
     .commands = kRuns,
     .sets = "input.batch"},

    // --- how the work is done
    {.name = "threads",
     .value = "N",
     .help = "Threads to work with (default: all)",
     .commands = kRuns | kSign | kVerify | kPolicy},
    {.name = "memory",
     .value = "SIZE",
     .help = "Never use more memory than this",
     .details =
         "A promise about peak resident memory, whatever the size of the input. The run stops "
         "with a message when a stage cannot keep to it.",
     .commands = kRuns},
    {.name = "resume",
     .help = "Continue an interrupted run of the same command",
     .commands = kMakes},
    {.name = "checkpoint",
     .value = "SECONDS",
     .help = "How much work a crash may cost (5)",
     .details = "0 saves after each batch.",
     .commands = kMakes},
    {.name = "progress",
     .value = "HOW",
     .help = "auto, plain or none",
     .details = "auto draws a bar on a terminal and is silent elsewhere; plain prints a line every "
                "ten seconds.",
     .choices = "auto|plain|none",
     .commands = kRuns},
    {.name = "json",
     .help = "Print one JSON object on standard output",
     .commands = kMakes | kStats | kVerify | kPolicy | kSign | kCheckProof},
    {.name = "verbose", .letter = 'v', .help = "Say more on standard error", .commands = kRuns},
    {.name = "quiet",
     .letter = 'q',
     .help = "Only say what went wrong",
     .commands = kRuns | kVerify | kSign | kCheckProof},

    {.name = "help", .letter = 'h', .help = "Print this and exit", .commands = kEvery},
    {.name = "version", .letter = 'V', .help = "Print the version and exit", .commands = kEvery},
};

}  // namespace

std::span<const Flag> flags() { return kFlags; }

const Flag* find_flag(std::string_view name) {
  for (const auto& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

const Flag* find_flag(char letter) {
  for (const auto& flag : kFlags) {
    if (flag.letter == letter && letter != 0) return &flag;
  }
  return nullptr;
}

std::string spelling(const Flag& flag) {
  std::string out;
  if (flag.letter != 0) out = std::string("-") + flag.letter + ", ";
  out += "--" + std::string(flag.name);
  if (!flag.value.empty()) out += ' ' + std::string(flag.value);
  return out;
}

}  // namespace corpus::cli
