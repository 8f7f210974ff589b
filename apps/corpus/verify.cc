// corpus verify: a folder against its manifest, a signed one against its signature.
#include "corpus/verify.h"

#include "commands.h"
#include "corpus/integrity.h"
#include "job.h"
#include "keys.h"
#include "report.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

// schemas/output.verify.json
std::string verify_json(const VerifyReport& report, std::string_view more = "") {
  return "{\"ok\":" + std::string(report.ok ? "true" : "false") +
         ",\"files\":" + std::to_string(report.files) +
         ",\"records\":" + std::to_string(report.records) +
         ",\"error\":" + (report.error.empty() ? "null" : json_string(report.error)) +
         std::string(more) + "}\n";
}

std::string verify_text(const VerifyReport& report, std::string_view not_as) {
  std::string size = counted(report.files, "file") + ", " + counted(report.records, "record");
  if (report.ok) return "ok: " + size + '\n';
  std::string out = "not as " + std::string(not_as) + ": " + size + '\n';
  for (const auto& problem : report.problems) out += "  " + problem + '\n';
  return out;
}

Result<int> verify_signature(const Args& args) {
  provenance::CheckOptions options{.records = args.has("records")};
  CORPUS_TRY(options.threads, threads(args));
  CORPUS_TRY(options.trusted, trusted_keys(args));
  CORPUS_TRY(auto report, provenance::verify_signed(args.words[0], options));
  if (args.has("json")) {
    std::string more =
        ",\"signed_by\":" + (report.keyid.empty() ? "null" : json_string(report.keyid)) +
        ",\"trusted\":" + (report.trusted ? "true" : "false");
    CORPUS_CHECK(print(verify_json(report.report, more)));
  } else if (!args.has("quiet") || !report.report.ok) {
    std::string text = verify_text(report.report, "it was signed");
    if (!report.keyid.empty()) text += signer_text(report.keyid, report.trusted);
    if (report.unchecked_policy) text += "policy: unchecked (nobody looked at the terms)\n";
    CORPUS_CHECK(print(text));
  }
  return report.report.ok ? kDone : kNo;
}

}  // namespace

Result<int> verify(const Args& args) {
  if (args.words.size() != 1) {
    return Error{Code::kInvalidArgument, "name one corpus folder: corpus verify CORPUS"};
  }
  // With a key the corpus has to be signed: a stripped signature is no unsigned corpus.
  if (args.has("key") || provenance::is_signed(args.words[0])) return verify_signature(args);
  CORPUS_TRY(int with, threads(args));
  CORPUS_TRY(VerifyReport report, corpus::verify(args.words[0], with));
  if (args.has("json")) {
    CORPUS_CHECK(print(verify_json(report)));
  } else if (!args.has("quiet") || !report.ok) {
    CORPUS_CHECK(print(verify_text(report, "the manifest says")));
  }
  return report.ok ? kDone : kNo;
}

}  // namespace corpus::cli
