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
    {"dedup", kDedup, kOneStep, "exact|minhash IN... -o OUT", "Drop records that were seen before",
     "exact compares normalised text; minhash finds near duplicates by MinHash signatures in "
     "bands.",
     "corpus dedup exact answers.jsonl -o unique.jsonl --scope response\n"
     "corpus dedup minhash data/ -o unique --bands 14 --rows 8",
     dedup, "exact minhash"},
    {"stats", kStats, kLook, "IN...", "Count records, shapes, teachers, lengths and duplicates", "",
     "corpus stats answers.jsonl.zst\ncorpus stats data/ --json", stats},
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
     "standard output.",
     "corpus convert answers.jsonl --to messages -o chat.jsonl.zst", convert},
    {"pack", kPack, kMove, "IN... -o OUT", "Store records as a corpus folder, unchanged",
     "Shards are in the zstd seekable format: any zstd tool reads them, and a record is found "
     "without reading the rest.",
     "corpus pack *.jsonl -o packed --compress zstd:9", pack},
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
    {"check-proof", kCheckProof, kTrust, "FILE", "Check a proof that corpus prove made",
     "The answer is no (exit 1) when it does not hold.",
     "corpus check-proof record-41.proof --key maker.key.pub", check_proof},
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
