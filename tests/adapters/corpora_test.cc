// Real corpora, when there are any: every record is recognised, and its turns are what a plain
// reading of the parsed JSON gives.
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "adapters/parse_support.h"
#include "io/byte_reader.h"

namespace corpus {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Turns = std::vector<std::pair<std::string, std::string>>;  // role, text

// Lines of each file that are compared; all of them have to be recognised.
constexpr std::size_t kCompared = 1500;

std::string folder() {
  const char* set = std::getenv("CORPUS_TEST_DATA");
  return set != nullptr ? set : CORPUS_SOURCE_DIR "/../shared/data";
}

std::string read(const std::string& path) {
  std::string out;
  auto reader = io::open_bytes(path, io::ReadLimits());
  if (!reader) {
    ADD_FAILURE() << reader.error().message;
    return out;
  }
  std::vector<char> buffer(1 << 18);
  while (true) {
    auto n = (*reader)->read(buffer.data(), buffer.size());
    if (!n) ADD_FAILURE() << path << ": " << n.error().message;
    if (!n || *n == 0) return out;
    out.append(buffer.data(), *n);
  }
}

std::string role(const std::string& s) {
  if (s == "human" || s == "prompter") return "user";
  if (s == "gpt") return "assistant";
  if (s == "function_call") return "call";
  return s == "observation" ? "tool" : s;
}

Turns chat(const Json& messages) {
  Turns out;
  for (const auto& m : messages) {
    std::string who = role(m.value("role", m.value("from", "")));
    const Json& content = m.contains("content") ? m["content"] : m["value"];
    if (content.is_string()) {
      out.emplace_back(who, content);
      continue;
    }
    for (const auto& part : content) {
      std::string type = part["type"];
      if (type == "image_url") continue;
      out.emplace_back(type == "text" ? who : type == "tool_call" ? "call" : type, part["value"]);
    }
  }
  return out;
}

void tree(const Json& node, Turns& out) {
  out.emplace_back(role(node["role"]), node["text"]);
  if (!node.contains("replies")) return;
  for (const auto& reply : node["replies"]) tree(reply, out);
}

Turns pair(Turns prompt, const Turns& chosen, const Turns& rejected) {
  std::size_t same = 0;
  while (same + 1 < rejected.size() && same + 1 < chosen.size() && chosen[same] == rejected[same])
    ++same;
  prompt.insert(prompt.end(), chosen.begin(), chosen.end());
  prompt.insert(prompt.end(), rejected.begin() + static_cast<std::ptrdiff_t>(same), rejected.end());
  return prompt;
}

std::string scalar(const Json& v, std::string_view json, const std::string& key) {
  if (v[key].is_string()) return v[key];
  // The spelling of the number in the record.
  std::size_t at = json.find("\"" + key + "\": ") + key.size() + 4;
  return std::string(json.substr(at, json.find_first_of(",}", at) - at));
}

Turns expected(const Json& v, std::string_view json) {
  auto has = [&](const char* key) { return v.contains(key); };
  Turns out;
  auto add = [&](const char* who, const char* key) {
    if (has(key)) out.emplace_back(who, scalar(v, json, key));
  };
  if (has("chosen_messages"))
    return pair({}, chat(v["chosen_messages"]), chat(v["rejected_messages"]));
  if (has("chosen")) {
    return pair(chat(v["conversations"]), chat(Json::array({v["chosen"]})),
                chat(Json::array({v["rejected"]})));
  }
  if (has("messages")) return chat(v["messages"]);
  if (has("conversations")) return chat(v["conversations"]);
  if (has("choices")) {
    for (const auto& turn : v["choices"][0]["turns"]) out.emplace_back("assistant", turn);
    return out;
  }
  if (has("turns")) {
    for (std::size_t i = 0; i < v["turns"].size(); ++i) {
      out.emplace_back("user", v["turns"][i]);
      if (has("reference")) out.emplace_back("assistant", v["reference"][i]);
    }
    return out;
  }
  if (has("prompts")) {
    for (const auto& prompt : v["prompts"]) {
      out.emplace_back("user", prompt["prompt"]);
      for (const auto& result : prompt["results"]) {
        for (const auto& text : result["outputs"]) out.emplace_back("assistant", text);
      }
    }
    return out;
  }
  if (has("replies")) {
    tree(v, out);
    return out;
  }
  if (has("prompt") && v["prompt"].is_object()) {
    tree(v["prompt"], out);
    return out;
  }
  if (has("instruction") || has("Instruction")) {
    add("user", has("instruction") ? "instruction" : "Instruction");
    if (has("instances")) {
      for (const auto& one : v["instances"]) {
        if (one["input"] != "") out.emplace_back("user", one["input"]);
        out.emplace_back("assistant", one["output"]);
      }
      return out;
    }
    if (has("input") && v["input"] != "") add("user", "input");
    add("assistant", has("output") ? "output" : "response");
    return out;
  }
  if (has("question")) {
    for (const char* key : {"question", "A", "B", "C", "D"}) add("user", key);
    if (has("chain-of-thought") && v["chain-of-thought"] != "")
      add("reasoning", "chain-of-thought");
    for (const char* key : {"answer", "std_answer", "ground_truth", "answer_matching_behavior"})
      add("assistant", key);
    for (const char* key :
         {"6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"}) {
      if (has(key)) out.emplace_back("assistant", v[key]["solution"]);
    }
    return out;
  }
  if (has("prompt")) {
    add("user", "prompt");
    for (const char* key : {"completion", "canonical_solution"}) add("assistant", key);
    return out;
  }
  add(has("code") ? "user" : "text", "text");
  add("text", "sentence_with_blank");
  add("assistant", "code");
  return out;
}

void compare(const Record& record, const std::string& where) {
  Json value = Json::parse(record.json, nullptr, false);
  ASSERT_EQ(record.drop.malformed(), !value.is_object()) << where << record.drop.name();
  if (record.drop) return;
  Turns got;
  for (const Turn& turn : record.turns) {
    got.emplace_back(name(turn.role), turn.text);
    if (turn.raw.begin != 0) {
      auto raw = record.json.substr(turn.raw.begin - 1, turn.raw.size() + 2);
      ASSERT_EQ(Json::parse(raw).get<std::string>(), turn.text) << where;
    }
  }
  ASSERT_EQ(got, expected(value, record.json)) << where;
}

TEST(Corpora, EveryRecordIsRecognised) {
  if (!fs::is_directory(folder())) {
    GTEST_SKIP() << "no corpora at " << folder() << "; set CORPUS_TEST_DATA to a folder of them";
  }
  std::size_t files = 0, records = 0, malformed = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder())) {
    std::string path = entry.path();
    bool lines = path.ends_with(".jsonl.zst");
    if (!lines && !path.ends_with("_sampling.json.zst")) continue;
    std::string text = read(path);
    Batch batch;
    batch.bytes.append(text);
    if (!lines) {
      batch.raw_listed = true;
      batch.raw.push_back({.begin = 0, .size = static_cast<std::uint32_t>(text.size())});
    }
    auto map = std::move(make_parse(test::options(), test::kAllFields)).value();
    auto state = map->scratch();
    ASSERT_TRUE(map->run(batch, state.get()));
    ++files;
    std::size_t compared = 0;
    for (const auto& record : batch.records) {
      std::string where = path + ": byte " + std::to_string(record.pos.offset()) + ": ";
      ++records;
      malformed += record.drop.malformed();
      if (record.drop || compared++ < kCompared) compare(record, where);
      if (HasFatalFailure()) return;
      if (record.drop) continue;
      ASSERT_NE(record.shape, Shape::kUnknown) << where << record.json.substr(0, 300);
      ASSERT_FALSE(record.turns.empty()) << where;
    }
  }
  EXPECT_GT(files, 0U);
  RecordProperty("files", static_cast<int>(files));
  RecordProperty("records", static_cast<int>(records));
  RecordProperty("malformed", static_cast<int>(malformed));
  std::printf("%zu files, %zu records, %zu malformed\n", files, records, malformed);
}

}  // namespace
}  // namespace corpus
