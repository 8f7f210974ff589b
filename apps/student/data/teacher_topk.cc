#include "data/teacher_topk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace student {
namespace {

using nlohmann::json;

const json* member(const json* of, const char* key) {
  if (of == nullptr || !of->is_object()) return nullptr;
  auto found = of->find(key);
  return found == of->end() ? nullptr : &*found;
}

// logprobs.content of the record or of its first choice; null when there is none.
const json* content_of(const json& record) {
  const json* logprobs = member(&record, "logprobs");
  const json* response = member(&record, "response");  // a capture keeps the whole answer there
  const json* holder = response != nullptr && response->is_object() ? response : &record;
  if (const json* choices = member(holder, "choices"); choices != nullptr && choices->is_array() && !choices->empty()) {
    if (const json* of_choice = member(&choices->front(), "logprobs")) logprobs = of_choice;
  }
  const json* content = member(logprobs, "content");
  return content != nullptr && content->is_array() && !content->empty() ? content : nullptr;
}

bool bytes_of(const json& token, std::string& out) {
  out.clear();
  if (const json* bytes = member(&token, "bytes"); bytes != nullptr && bytes->is_array()) {
    for (const json& byte : *bytes) {
      if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 255) return false;
      out += static_cast<char>(byte.get<std::uint64_t>());
    }
    return true;
  }
  const json* text = member(&token, "token");
  if (text == nullptr || !text->is_string()) return false;
  out = text->get<std::string>();
  return true;
}

}  // namespace

TeacherReader::TeacherReader(const corpus::Tokenizer& tokenizer, std::int32_t k) : k_(k) {
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) id_of_.try_emplace(std::string(tokenizer.piece(id)), id);
}

void TeacherReader::append_none(std::size_t rows, std::vector<TokenId>& ids, std::vector<float>& logprobs) const {
  ids.resize(ids.size() + rows * static_cast<std::size_t>(k_), -1);
  logprobs.resize(ids.size(), -std::numeric_limits<float>::infinity());
}

TeacherMatch TeacherReader::append(std::string_view text, const corpus::TemplatedText& document,
                                   std::vector<TokenId>& ids, std::vector<float>& logprobs) const {
  const std::size_t first = ids.size();
  append_none(document.ids.size(), ids, logprobs);
  json record = json::parse(text, nullptr, false);
  const json* content = record.is_discarded() ? nullptr : content_of(record);
  if (content == nullptr) return TeacherMatch::kNone;

  // The last run of learned tokens is what the teacher wrote last.
  std::size_t end = document.ids.size();
  while (end > 0 && document.learn[end - 1] == 0) --end;
  std::size_t begin = end;
  while (begin > 0 && document.learn[begin - 1] != 0) --begin;
  if (content->size() > end - begin) return TeacherMatch::kDiffers;

  const auto k = static_cast<std::size_t>(k_);
  std::string bytes;
  auto id_of = [&](const json& token) {
    if (!bytes_of(token, bytes)) return TokenId{-1};
    auto found = id_of_.find(bytes);
    return found == id_of_.end() ? TokenId{-1} : found->second;
  };
  bool same = true;
  for (std::size_t i = 0; same && i < content->size(); ++i) {
    const json& token = (*content)[i];
    same = id_of(token) == document.ids[begin + i];
    const json* top = member(&token, "top_logprobs");
    if (!same || top == nullptr || !top->is_array()) continue;
    std::size_t row = first + (begin + i) * k, filled = 0;
    for (const json& candidate : *top) {
      const json* logprob = member(&candidate, "logprob");
      TokenId id = id_of(candidate);
      if (id < 0 || logprob == nullptr || !logprob->is_number()) continue;
      float value = logprob->get<float>();
      auto row_ids = ids.begin() + static_cast<std::ptrdiff_t>(row);
      bool twice = std::find(row_ids, row_ids + static_cast<std::ptrdiff_t>(filled), id) !=
                   row_ids + static_cast<std::ptrdiff_t>(filled);
      if (filled == k || twice || !std::isfinite(value) || value > 0) continue;
      ids[row + filled] = id;
      logprobs[row + filled] = value;
      ++filled;
    }
  }
  if (same) return TeacherMatch::kSame;
  ids.resize(first);
  logprobs.resize(first);
  append_none(document.ids.size(), ids, logprobs);
  return TeacherMatch::kDiffers;
}

}  // namespace student
