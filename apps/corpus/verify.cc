#include "corpus/verify.h"

#include <cstdio>

#include "commands.h"
#include "job.h"
#include "report.h"
#include "terminal.h"

namespace corpus::cli {
namespace {

// schemas/output.verify.json
std::string verify_json(const VerifyReport& report) {
  return "{\"ok\":" + std::string(report.ok ? "true" : "false") +
         ",\"files\":" + std::to_string(report.files) +
         ",\"records\":" + std::to_string(report.records) +
         ",\"error\":" + (report.error.empty() ? "null" : json_string(report.error)) + "}\n";
}

std::string verify_text(const VerifyReport& report) {
  std::string size = counted(report.files, "file") + ", " + counted(report.records, "record");
  if (report.ok) return "ok: " + size + '\n';
  std::string out = "not as the manifest says: " + size + '\n';
  for (const auto& problem : report.problems) out += "  " + problem + '\n';
  return out;
}

}  // namespace

Result<int> verify(const Args& args) {
  if (args.words.size() != 1) {
    return Error{Code::kInvalidArgument, "name one corpus folder: corpus verify CORPUS"};
  }
  CORPUS_TRY(VerifyReport report, corpus::verify(args.words[0]));
  if (args.has("json")) {
    CORPUS_CHECK(print(verify_json(report)));
  } else if (!args.has("quiet") || !report.ok) {
    CORPUS_CHECK(print(verify_text(report)));
  }
  return report.ok ? kDone : kNo;
}

}  // namespace corpus::cli
