// corpus prove, corpus check-proof: that a record is part of a signed corpus.
#include <cstdio>

#include "commands.h"
#include "common/terminal.h"
#include "corpus/accounts.h"
#include "corpus/integrity.h"
#include "corpus/shard.h"
#include "corpus/withdrawal.h"
#include "job.h"
#include "keys.h"
#include "record_name.h"
#include "report.h"

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

// What the file proves, in words; the parts of a JSON object that say it to programs.
struct Checked {
  std::string keyid, text, json;
  bool trusted = false;
};

Result<Checked> check_certificate(const std::string& text,
                                  std::span<const provenance::PublicKey> trusted) {
  CORPUS_TRY(auto report, provenance::check_certificate(text, trusted));
  Checked out{.keyid = report.keyid, .text = {}, .json = {}, .trusted = report.trusted};
  out.text = "ok: " + counted(report.ids, "withdrawn content id") +
             " not in the corpus\nmanifest " + provenance::hex(report.manifest) +
             "\nwithdrawn by key " + report.withdrawal_keyid + '\n';
  if (report.by_rule) {
    out.text += "  the withdrawal also names records in other ways, which this does not prove\n";
  }
  out.json = ",\"absent\":" + std::to_string(report.ids) +
             ",\"withdrawn_by\":" + json_string(report.withdrawal_keyid) +
             ",\"manifest_sha256\":\"" + provenance::hex(report.manifest) + '"';
  return out;
}

Result<Checked> check_accounts(const std::string& text,
                               std::span<const provenance::PublicKey> trusted) {
  CORPUS_TRY(auto report, provenance::check_accounts(text, trusted));
  const auto* lines = report.statement.predicate.find("lines")->if_array();
  Checked out{.keyid = report.keyid, .text = {}, .json = {}, .trusted = report.trusted};
  out.text = "ok: " + counted(lines->size(), "share") + ", sum 1\n";
  out.json = ",\"shares\":" + std::to_string(lines->size());
  return out;
}

Result<int> tell(const Args& args, const Result<Checked>& checked) {
  if (!checked && checked.error().code != Code::kCorrupt) return checked.error();
  if (args.has("json")) {
    CORPUS_CHECK(
        print(checked ? "{\"ok\":true,\"error\":null,\"signed_by\":" + json_string(checked->keyid) +
                            ",\"trusted\":" + (checked->trusted ? "true" : "false") +
                            checked->json + "}\n"
                      : "{\"ok\":false,\"error\":" + json_string(checked.error().message) + "}\n"));
  } else if (!checked) {
    CORPUS_CHECK(print("does not hold: " + args.words[0] + ": " + checked.error().message + '\n'));
  } else if (!args.has("quiet")) {
    CORPUS_CHECK(print(checked->text + signer_text(checked->keyid, checked->trusted)));
  }
  return checked ? kDone : kNo;
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
  if (provenance::is_certificate(text)) return tell(args, check_certificate(text, trusted));
  if (text.starts_with("{\"payload\":")) return tell(args, check_accounts(text, trusted));
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
