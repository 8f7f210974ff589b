#include "commands.h"

#include "flags.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kMake = "Make a corpus";
constexpr std::string_view kOneStep = "Do one step";
constexpr std::string_view kLook = "Look at records";
constexpr std::string_view kMove = "Change form";
constexpr std::string_view kTrust = "Check and look up";

constexpr Command kCommands[] = {
    {"curate", kCurate, kMake, "IN... -o OUT", "Clean and deduplicate with a sound default recipe",
     "Reads records of any known shape, drops what is damaged, cut off, refused or repeated, and "
     "writes what is left, byte for byte as it came, with rejects and their reasons beside it.\n"
     "IN is a file, a folder, a glob or - for standard input. zstd and gzip are recognised by "
     "content.",
     "# The default recipe, for data to fine-tune on\n"
     "corpus curate answers.jsonl.zst more/ -o clean\n"
     "# Without near-duplicate removal, at most 2 GiB of memory\n"
     "corpus curate answers.jsonl -o clean --set stages.dedup.minhash=false --memory 2G\n"
     "# What would be dropped, without writing anything\n"
     "corpus curate answers.jsonl -o null: --json",
     curate},
    {"run", kRun, kMake, "RECIPE.yaml", "Run a recipe file",
     "A recipe names inputs, stages and the output; see docs/howto/recipes.md. -o and --set change "
     "it for this run.",
     "corpus run recipe.yaml\n"
     "corpus run recipe.yaml --set stages.dedup.minhash.bands=20 -o other",
     run_recipe},
    {"filter", kFilter, kOneStep, "IN... -o OUT", "Drop records by what they say",
     "Each flag adds one filter; they run in a fixed order, cheap ones first. For every option of "
     "every filter write a recipe.",
     "corpus filter answers.jsonl -o kept.jsonl --refusal --truncated\n"
     "# Count only\n"
     "corpus filter answers.jsonl -o null: --min-chars 20",
     filter},
    {"dedup", kDedup, kOneStep, "METHOD IN... -o OUT | explain OUT ID | query INDEX TEXT|FILE|-",
     "Drop records that were seen before",
     "METHOD, as the first word or with --method: exact compares normalised text. minhash finds near "
     "duplicates by MinHash signatures in bands, simhash by 64-bit hashes, semantic by vectors. "
     "lines and substring cut out lines and long spans that come again. bloom is exact in a fixed "
     "amount of memory, at the price of a few records. known drops what an index has.\n"
     "Every option of dedup.METHOD can be set with --set, for example --set "
     "stages.dedup.minhash.seed=7; the usual ones have flags.\n"
     "explain shows a record that was dropped beside the one that stays. query says whether an "
     "index has a text, or the records of a file, and where they came from. The answer is no (exit "
     "1) when there is no such record, or none was seen.",
     "corpus dedup exact answers.jsonl -o unique.jsonl --scope response\n"
     "corpus dedup data/ -o unique --method minhash --threshold 0.8 --verify jaccard\n"
     "# What earlier runs had is dropped, and what is new remembered\n"
     "corpus dedup minhash monday/ -o out-1 --index seen\n"
     "corpus dedup minhash tuesday/ -o out-2 --index seen\n"
     "corpus dedup explain out-2 0:81234\n"
     "corpus dedup query seen 'Seven is a prime number.'",
     dedup, "exact minhash simhash lines substring semantic bloom known explain query"},
    {"decontaminate", kDecontaminate, kOneStep, "IN... --against BENCHMARKS -o OUT",
     "Drop records that hold items of benchmarks",
     "Words are compared, so case, white space, punctuation and a changed word make no difference. "
     "The rejects say which item of which file it was, and in which words.",
     "corpus decontaminate answers.jsonl --against benchmarks/ -o clean\n"
     "corpus decontaminate data/ --against gsm8k_test.jsonl --save-index gsm8k.index -o null:\n"
     "corpus decontaminate more/ --against-index gsm8k.index -o clean --report found.json",
     decontaminate},
    {"quality", kQuality, kOneStep, "train IN... -o MODEL | apply IN... --model MODEL -o OUT",
     "Train models that tell good text from bad, and apply them",
     "train with --label learns a classifier from a field of the records, say a teacher's judgement, and "
     "measures it on records that it has not seen. Without --label it learns an n-gram model of the text "
     "itself. What was measured stands in MODEL.json. apply tags each record with its score or perplexity "
     "and drops records as --min-score, --max-perplexity and --top-percent say.",
     "corpus quality train judged.jsonl --label /judge/score --threshold 4 -o good.bin\n"
     "corpus quality apply answers.jsonl --model good.bin --top-percent 20 -o best\n"
     "corpus quality train wiki/ --scope text --order 4 -o wiki.arpa\n"
     "corpus quality apply pages/ --model wiki.arpa --scope text --max-perplexity 1500 -o clean",
     quality, "train apply"},
    {"stats", kStats, kLook, "IN...", "Count records, shapes, teachers, lengths and duplicates", "",
     "corpus stats answers.jsonl.zst\ncorpus stats data/ --json\ncorpus stats data/ --signals", stats},
    {"cat", kCat, kLook, "IN...", "Print records as JSON Lines",
     "Decompresses, splits arrays, turns CSV rows into objects. Malformed records are left out and "
     "counted.",
     "corpus cat clean | jq .instruction", cat},
    {"head", kHead, kLook, "[-n N] IN...", "Print the first records", "", "corpus head -n 3 data/",
     head},
    {"sample", kSample, kLook, "[-n N] [--seed S] IN...", "Print a random sample of the records",
     "Uniform over all records; the same seed and input give the same records.",
     "corpus sample -n 100 --seed 7 data/ -o sample.jsonl", sample},
    {"convert", kConvert, kMove, "IN... --to SHAPE [-o OUT]", "Rewrite records to another shape",
     "Shapes: messages, sharegpt, alpaca, prompt_response, text. Without -o the records go to "
     "standard output. With -o X.parquet the shape may be left out.",
     "corpus convert answers.jsonl --to messages -o chat.jsonl.zst", convert},
    {"pack", kPack, kMove, "IN... -o OUT", "Store records as a corpus folder, unchanged",
     "Shards are in the zstd seekable format: any zstd tool reads them, and a record is found "
     "without reading the rest.",
     "corpus pack *.jsonl -o packed --compress zstd:9", pack},
    {"tokenize", kTokenize, kMove, "IN... -o OUT --tokenizer FILE", "Turn records into packed token ids",
     "Conversations go through a chat template; what the student is to learn (the answers and their end) is "
     "marked. Documents are packed into sequences by best fit; no answer is cut. OUT is a folder.",
     "corpus tokenize clean -o tokens --tokenizer tokenizer.json --length 4096\n"
     "corpus tokenize clean -o tokens --tokenizer tokenizer.json --template chatml --format megatron",
     tokenize},
    {"get", kGet, kTrust, "CORPUS ID|NUMBER...", "Print records by id or number",
     "CORPUS is a folder that curate, pack or another command made, or one shard of it. A number "
     "counts from 0 in the order of the corpus. An id is the content id of tags.content_id or the "
     "id that the source gave; write id:41 for one that looks like a number. The answer is no "
     "(exit 1) when one is not there.",
     "corpus get clean 0 41\n"
     "corpus get clean/part-00000.jsonl.zst 0",
     get},
    {"verify", kVerify, kTrust, "CORPUS", "Check a corpus folder against its manifest",
     "Reads every file, compares size and checksum, counts the records. Of a signed corpus the "
     "signature, every file's checksum and the log of trees are checked instead; --records reads "
     "the records as well. The answer is no (exit 1) when something differs.",
     "corpus verify clean && echo whole\n"
     "# A signed corpus, against the key of who signed it\n"
     "corpus verify clean --key maker.key.pub",
     verify},
    {"policy", kPolicy, kTrust, "check|explain|list [IN...]",
     "Ask whether the terms of teachers and sources allow it",
     "check says for each input how many records the stated intent leaves, explain says it of a "
     "teacher or a licence, with the clause and what to do, list shows all terms that are known. "
     "The answer is no (exit 1) when something is denied. Quoted clauses, not legal advice.",
     "corpus policy explain --teacher gpt-4 --intent train_competing\n"
     "corpus policy check data/ --intent train --policy-table data/SOURCES.tsv\n"
     "corpus policy list",
     policy, "check explain list"},
    {"key", kKey, kTrust, "create FILE", "Make a key to sign with",
     "Writes an ed25519 key that only you can read, and its public half to FILE.pub.",
     "corpus key create maker.key", key, "create"},
    {"sign", kSign, kTrust, "CORPUS --key FILE", "Sign a corpus folder",
     "Verifies it, and writes a signed statement about every file and a Merkle tree over the "
     "records of each part beside it. A corpus made without --intent is refused unless "
     "--unchecked-policy says that this is known.",
     "corpus sign clean --key maker.key", sign},
    {"prove", kProve, kTrust, "CORPUS ID|NUMBER", "Prove that a record is part of a signed corpus",
     "Prints a proof that can be checked without the corpus and shows no other record.",
     "corpus prove clean 41 > record-41.proof", prove},
    {"check-proof", kCheckProof, kTrust, "FILE", "Check a proof, a certificate or an account",
     "What corpus prove, corpus withdraw certify and corpus accounts --key made. The answer is no "
     "(exit 1) when it does not hold.",
     "corpus check-proof record-41.proof --key maker.key.pub", check_proof},
    {"trace", kTrace, kTrust, "ID [CORPUS...]", "Say where a record came from",
     "Walks the record's lineage: source, licence, teacher and its teachers, recipe, and the corpora "
     "that it went through before. Name those corpora, too, and their sources are told by name. "
     "Without CORPUS the current folder is searched. The answer is no (exit 1) when no corpus has "
     "the record.",
     "corpus trace 2d9014262bbbccc6126e48c47cf63c8d clean", trace},
    {"withdraw", kWithdraw, kTrust, "add|list|certify|trained LIST ...",
     "Take text back, and prove that it is gone",
     "add LIST ID... appends a signed withdrawal to a list: content ids, or with --from CORPUS ids "
     "and numbers of records there. curate --withdrawals LIST makes corpora without them. certify "
     "LIST NUMBER CORPUS prints a proof that a signed corpus holds none of the entry's content ids. "
     "trained LIST CORPUS... MODEL.json... names the models whose training record names a corpus "
     "that holds withdrawn records; the answer is no (exit 1) when there is one. Leaving text out of "
     "a corpus does not make a trained model forget it.",
     "corpus withdraw add gone.list 41 --from clean --near --reason 'not mine to give' --key own.key\n"
     "corpus curate answers.jsonl -o next --withdrawals gone.list\n"
     "corpus withdraw certify gone.list 0 next > gone-0.proof\n"
     "corpus withdraw trained gone.list clean student.json",
     withdraw, "add list certify trained"},
    {"accounts", kAccounts, kTrust, "CORPUS...", "Share out by teacher and owner",
     "Units times weight times price for each teacher and owner, in exact fractions that sum to 1, "
     "as a statement that is signed with --key. From the manifests alone.",
     "corpus accounts clean more --weight 2 --weight 1/2 --prices prices.yaml --key maker.key",
     accounts},
    {"disclose", kDisclose, kTrust, "CORPUS --format FORM", "Describe a corpus in the forms others ask for",
     "From the manifest alone, the same bytes each time. What only a person can know is a marked "
     "blank, filled by --about.",
     "corpus disclose clean --format croissant -o croissant.json\n"
     "corpus disclose clean --format eu-summary --about about.yaml",
     disclose},
    {"help",
     kHelp,
     {},
     "[COMMAND | man | completions bash|zsh|fish]",
     "Explain a command",
     "man prints the manual page, completions a script for a shell.",
     "corpus help curate\n"
     "corpus help man > corpus.1\n"
     "source <(corpus help completions bash)",
     help},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Program& program() {
  static constexpr Program kProgram = {
      .name = "corpus",
      .tagline = "Make, look at and check corpora of teacher answers: text that language models wrote to teach "
                 "other models.",
      .summary = "make, look at and check corpora of teacher answers",
      .description = "Inputs are files, folders, globs or - for standard input; compression "
                     "is recognised by content. Results go to standard output or -o, words to "
                     "standard error.",
      .start = "  corpus curate answers.jsonl -o clean     clean and deduplicate\n"
               "  corpus stats clean                       what is in it\n"
               "  corpus head -n 3 clean                   the first records\n",
      .answer_is_no = "verify found a difference, get found nothing",
      .is_common = [](const Flag& flag) {
        if (flag.name == "output") return false;
        return (flag.commands & kRuns & kLooks) != 0 && (flag.commands & kMakes) != 0;
      }};
  return kProgram;
}

}  // namespace corpus::cli
