#include "eval/records.h"

#include <corpus/pipeline.h>
#include <corpus/provenance.h>
#include <sys/stat.h>

#include <utility>

namespace student {

using corpus::Code;
using corpus::Error;
using corpus::Result;

Result<void> each_record(const std::string& path,
                         const std::function<Result<void>(const Json&, std::string_view raw)>& use) {
  corpus::Recipe recipe;
  recipe.input.set("paths", corpus::Value(corpus::Value::Array{path}));
  recipe.output.set("null", true);
  CORPUS_TRY(auto chain, corpus::build(recipe, 0));
  std::uint64_t number = 0;
  auto one = [&](std::string_view raw) -> Result<void> {
    while (!raw.empty() && (raw.back() == '\n' || raw.back() == '\r')) raw.remove_suffix(1);
    if (raw.find_first_not_of(" \t") == std::string_view::npos) return {};
    ++number;
    std::string where = path + ": record " + std::to_string(number);
    Json record = Json::parse(raw, nullptr, false);
    if (record.is_discarded()) return Error{Code::kCorrupt, where + " is not JSON"};
    if (auto done = use(record, raw); !done) return std::move(done).error().context(where);
    return {};
  };
  for (corpus::Batch batch;; batch.reset()) {
    CORPUS_TRY(bool more, chain.source->read(batch));
    if (!more) return {};
    std::string_view rest = batch.bytes.view();
    if (batch.raw_listed) {
      for (const auto& record : batch.raw) CORPUS_CHECK(one(rest.substr(record.begin, record.size)));
      continue;
    }
    while (!rest.empty()) {
      auto end = rest.find('\n');
      CORPUS_CHECK(one(rest.substr(0, end)));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
}

std::string find_file(const std::string& folder, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    for (const char* ending : {"", ".zst", ".gz"}) {
      std::string path = folder + '/' + name + ending;
      struct stat info{};
      if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) return path;
    }
  }
  return {};
}

std::string sha256_text(std::string_view bytes) { return corpus::provenance::hex(corpus::provenance::sha256(bytes)); }

Result<std::string> string_member(const Json& object, const char* name) {
  auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end() || !found->is_string()) {
    return Error{Code::kCorrupt, "'" + std::string(name) + "' is missing or no string"};
  }
  return found->get<std::string>();
}

}  // namespace student
