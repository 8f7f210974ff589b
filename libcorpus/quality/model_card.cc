#include "quality/model_card.h"

#include "corpus/version.h"
#include "io/file.h"
#include "io/mapped_file.h"
#include "io/sha256.h"

namespace corpus::quality {

Result<Value> begin_card(std::string_view kind, const std::string& model, const Value& input,
                         Scope scope) {
  CORPUS_TRY(auto file, io::MappedFile::open(model));
  constexpr const char* kScopes[] = {"text", "prompt", "response"};
  Value card(Value::Object{});
  card.set("version", 1);
  card.set("model", std::string(kind));
  card.set("sha256", io::sha256_hex(file.view()));
  card.set("libcorpus", std::string(kLibraryVersion));
  Value::Array paths;
  for (auto& path : input.strings("paths")) paths.emplace_back(std::move(path));
  card.set("inputs", std::move(paths));
  card.set("scope", kScopes[static_cast<int>(scope)]);
  return card;
}

Result<std::string> write_card(const Value& card, const std::string& model) {
  std::string text = card.to_json() + "\n";
  CORPUS_CHECK(io::write_atomically(model + ".json", text));
  return text;
}

}  // namespace corpus::quality
