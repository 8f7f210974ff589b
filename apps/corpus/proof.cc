// corpus prove, corpus check-proof: that a record is part of a signed corpus.
#include <cstdio>

#include "commands.h"
#include "corpus/integrity.h"
#include "corpus/shard.h"
#include "job.h"
#include "keys.h"
#include "record_name.h"
#include "report.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

constexpr std::size_t kLargestProof = std::size_t{512} << 20;

// schemas/output.check_proof.json
std::string proof_json(const Result<provenance::ProofReport>& report) {
  if (!report) {
    return "{\"ok\":false,\"error\":" + json_string(report.error().message) + "}\n";
  }
  return "{\"ok\":true,\"error\":null,\"signed_by\":" + json_string(report->keyid) +
         ",\"trusted\":" + (report->trusted ? "true" : "false") +
         ",\"part\":" + json_string(report->part) + ",\"index\":" + std::to_string(report->index) +
         ",\"manifest_sha256\":\"" + provenance::hex(report->manifest) +
         "\",\"record\":" + json_string(report->record) + "}\n";
}

}  // namespace

Result<int> prove(const Args& args) {
  if (args.words.size() != 2) {
    return Error{Code::kInvalidArgument,
                 "name a corpus and a record: corpus prove CORPUS ID|NUMBER"};
  }
  CORPUS_TRY(CorpusReader corpus, CorpusReader::open(args.words[0]));
  auto number = record_number(corpus, args.words[1]);
  auto proof = number ? provenance::prove(args.words[0], *number)
                      : Result<std::string>(std::move(number).error());
  if (proof) return print(*proof);
  if (proof.error().code != Code::kNotFound || !provenance::is_signed(args.words[0])) {
    return std::move(proof).error();
  }
  std::fprintf(stderr, "corpus prove: %s: no such record in %s\n", args.words[1].c_str(),
               args.words[0].c_str());
  return kNo;
}

Result<int> check_proof(const Args& args) {
  if (args.words.size() != 1) {
    return Error{Code::kInvalidArgument, "name one proof: corpus check-proof FILE"};
  }
  CORPUS_TRY(auto trusted, trusted_keys(args));
  CORPUS_TRY(std::string text, read_small_file(args.words[0], kLargestProof));
  auto report = provenance::check_proof(text, trusted);
  if (!report && report.error().code != Code::kCorrupt) return std::move(report).error();
  if (args.has("json")) {
    CORPUS_CHECK(print(proof_json(report)));
  } else if (!report) {
    CORPUS_CHECK(print("does not hold: " + args.words[0] + ": " + report.error().message + '\n'));
  } else if (!args.has("quiet")) {
    CORPUS_CHECK(print("ok: record " + grouped(report->index) + " of " + report->part +
                       "\nmanifest " + provenance::hex(report->manifest) + '\n' +
                       signer_text(report->keyid, report->trusted) + report->record + '\n'));
  }
  return report ? kDone : kNo;
}

}  // namespace corpus::cli
