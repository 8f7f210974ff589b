#include "provenance/content_ids.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <tuple>

#include "base/hex.h"

namespace corpus::provenance {
namespace {

std::string_view bytes_of(const ContentId& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

// Where the value of the last "corpus" begins. By memrchr, which is fast: braces are rare.
std::size_t last_corpus(std::string_view record) {
  static constexpr std::string_view kKey = "\"corpus\":";
  for (std::string_view rest = record;;) {
    const void* found = ::memrchr(rest.data(), '{', rest.size());
    if (found == nullptr) return std::string_view::npos;
    auto at = static_cast<std::size_t>(static_cast<const char*>(found) - record.data());
    rest = record.substr(0, at);
    if (rest.ends_with(kKey)) return at;
  }
}

}  // namespace

std::optional<ContentId> parse_content_id(std::string_view text) {
  return read_hex<std::tuple_size_v<ContentId>>(text);
}

std::string hex(const ContentId& id) { return print_hex(id); }

std::optional<ContentId> ContentIdReader::read(std::string_view record) {
  static const json::Pointer kTail = pointer("/id");
  static const json::Pointer kWhole = pointer("/corpus/id");
  // libcorpus writes "corpus" as the last member, so that its value ends before the last brace. A
  // place inside a string cannot look like this, and one deeper down does not end there.
  std::size_t at = last_corpus(record);
  if (at != std::string_view::npos && record.ends_with('}')) {
    if (look_.parse(record.substr(at, record.size() - at - 1))) {
      return parse_content_id(look_.string(kTail));
    }
  }
  return look_.parse(record) ? parse_content_id(look_.string(kWhole)) : std::nullopt;
}

void ContentIds::add(const ContentIds& part) {
  ids.insert(ids.end(), part.ids.begin(), part.ids.end());
  without += part.without;
}

void ContentIds::finish() {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

Digest content_id_leaf(const ContentId& id) { return leaf_hash(bytes_of(id)); }

MemoryHashes ContentIds::hashes() const {
  MemoryHashes out;
  for (const auto& id : ids) out.add_hash(content_id_leaf(id));
  return out;
}

Digest ContentIds::root() const {
  MerkleRoot out;
  for (const auto& id : ids) out.add(bytes_of(id));
  return out.root();
}

std::string ContentIds::print() const {
  return {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(ContentId)};
}

Result<ContentIds> parse_content_ids(std::string_view bytes) {
  ContentIds out;
  bool good = bytes.size() % sizeof(ContentId) == 0;
  if (good) {
    out.ids.resize(bytes.size() / sizeof(ContentId));
    if (!bytes.empty()) std::memcpy(out.ids.data(), bytes.data(), bytes.size());
    good = std::adjacent_find(out.ids.begin(), out.ids.end(),
                              [](const auto& a, const auto& b) { return a >= b; }) == out.ids.end();
  }
  if (!good) return Error{Code::kCorrupt, std::string(kIdsName) + ": is no ascending list of ids"};
  return out;
}

}  // namespace corpus::provenance
