#include "stats/tally.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/hash.h"
#include "json/escape.h"
#include "simd/utf8_count.h"
#include "text/content_key.h"

namespace corpus {
namespace {

constexpr std::uint32_t kMagic = 0x31594C54;  // "TLY1"

void append_number(std::string& out, std::uint64_t n) { out += std::to_string(n); }

void append_member(std::string& out, std::string_view name, std::uint64_t n) {
  if (out.back() != '{') out += ',';
  json::append_quoted(out, name);
  out += ':';
  append_number(out, n);
}

// Little-endian base 128.
void put(std::string& out, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
  out += static_cast<char>(n);
}

bool take(std::string_view& in, std::uint64_t& n) {
  n = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    n |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

void put(std::string& out, const NameCounts& names) {
  put(out, names.other);
  put(out, names.by_hash.size());
  for (const auto& [hash, entry] : names.by_hash) {
    put(out, entry.first.size());
    out += entry.first;
    put(out, entry.second);
  }
}

bool take(std::string_view& in, NameCounts& names) {
  std::uint64_t other, n, size, count;
  if (!take(in, other) || !take(in, n)) return false;
  names.other += other;
  for (; n > 0; --n) {
    if (!take(in, size) || size > in.size()) return false;
    std::string_view name = in.substr(0, size);
    in.remove_prefix(size);
    if (!take(in, count)) return false;
    names.add(name, count);
  }
  return true;
}

}  // namespace

void Lengths::add(std::uint64_t length) {
  ++count;
  sum += length;
  min = std::min(min, length);
  max = std::max(max, length);
  ++log2[std::min<std::size_t>(std::bit_width(length), kBuckets - 1)];
}

void Lengths::merge(const Lengths& other) {
  count += other.count;
  sum += other.sum;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  for (int i = 0; i < kBuckets; ++i) log2[i] += other.log2[i];
}

void Lengths::append_json(std::string& out) const {
  out += '{';
  append_member(out, "count", count);
  append_member(out, "sum", sum);
  append_member(out, "min", count == 0 ? 0 : min);
  append_member(out, "max", max);
  char mean[32];
  double value = count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
  auto end = std::to_chars(mean, mean + sizeof mean, value, std::chars_format::fixed, 2).ptr;
  out += ",\"mean\":";
  out.append(mean, end);
  out += ",\"log2\":[";
  int used = kBuckets;
  while (used > 0 && log2[used - 1] == 0) --used;
  for (int i = 0; i < used; ++i) {
    if (i > 0) out += ',';
    append_number(out, log2[i]);
  }
  out += "]}";
}

void NameCounts::add(std::string_view name, std::uint64_t count) {
  if (name.size() > kNameBytes) {
    std::size_t end = kNameBytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
    name = name.substr(0, end);
  }
  if (last_ != nullptr && last_->first == name) {
    last_->second += count;
    return;
  }
  std::uint64_t hash = hash64(name);
  auto found = by_hash.find(hash);
  if (found == by_hash.end()) {
    if (by_hash.size() == kNames) {
      auto largest = std::prev(by_hash.end());
      if (largest->first < hash) {
        other += count;
        return;
      }
      other += largest->second.second;
      if (last_ == &largest->second) last_ = nullptr;
      by_hash.erase(largest);
    }
    found = by_hash.emplace(hash, std::pair(std::string(name), std::uint64_t{0})).first;
  }
  found->second.second += count;
  last_ = &found->second;
}

void NameCounts::merge(const NameCounts& more) {
  other += more.other;
  for (const auto& [hash, entry] : more.by_hash) add(entry.first, entry.second);
}

void NameCounts::append_json(std::string& out) const {
  std::vector<std::pair<std::string_view, std::uint64_t>> sorted;
  for (const auto& [hash, entry] : by_hash) sorted.emplace_back(entry.first, entry.second);
  std::sort(sorted.begin(), sorted.end());
  out += '{';
  for (const auto& [name, count] : sorted) append_member(out, name, count);
  if (other > 0) append_member(out, "other", other);
  out += '}';
}

void Tally::add(const Record& record, std::string& scratch) {
  if (record.drop && !record.drop.malformed()) return;
  ++records_;
  bytes_ += record.json.size();
  if (record.drop) {
    ++malformed_;
    malformed_by_.add(record.drop.name());
    return;
  }
  ++shapes_[static_cast<std::size_t>(record.shape)];
  if (!record.teacher.empty()) teachers_.add(record.teacher);
  std::uint64_t chars[2] = {}, bytes[2] = {};  // prompt, response
  for (const Turn& turn : record.turns) {
    ++roles_[static_cast<std::size_t>(turn.role)];
    int side = in_scope(turn, Scope::kResponse) ? 1 : 0;
    if (side == 0 && !in_scope(turn, Scope::kPrompt)) continue;
    chars[side] += simd::count_code_points(turn.text);
    bytes[side] += turn.text.size();
  }
  lengths_[kTurns].add(record.turns.size());
  lengths_[kPromptChars].add(chars[0]);
  lengths_[kPromptBytes].add(bytes[0]);
  lengths_[kResponseChars].add(chars[1]);
  lengths_[kResponseBytes].add(bytes[1]);
  Key128 key = text::content_key(record.turns, Scope::kText, scratch);
  if (key != Key128{}) keys_.add(key.lo);
}

void Tally::merge(const Tally& other) {
  records_ += other.records_;
  malformed_ += other.malformed_;
  bytes_ += other.bytes_;
  for (int i = 0; i < kShapes; ++i) shapes_[i] += other.shapes_[i];
  for (int i = 0; i < kRoles; ++i) roles_[i] += other.roles_[i];
  for (int i = 0; i < kLengths; ++i) lengths_[i].merge(other.lengths_[i]);
  teachers_.merge(other.teachers_);
  malformed_by_.merge(other.malformed_by_);
  keys_.merge(other.keys_);
}

void Tally::clear() {
  records_ = malformed_ = bytes_ = 0;
  shapes_ = {};
  roles_ = {};
  lengths_ = {};
  teachers_ = {};
  malformed_by_ = {};
  keys_.clear();
}

std::string Tally::to_json() const {
  std::string out = "{";
  append_member(out, "records", records_);
  append_member(out, "malformed", malformed_);
  append_member(out, "bytes", bytes_);
  append_member(out, "duplicates", keys_.duplicates());
  out += ",\"duplicates_exact\":";
  out += keys_.level() == 0 ? "true" : "false";

  auto counts = [&](std::string_view title, auto size, auto name_of, const auto& values) {
    std::map<std::string_view, std::uint64_t> sorted;
    for (int i = 0; i < size; ++i) {
      if (values[i] > 0) sorted.emplace(name_of(i), values[i]);
    }
    out += title;
    for (const auto& [name, n] : sorted) append_member(out, name, n);
    out += '}';
  };
  counts(
      ",\"shapes\":{", kShapes, [](int i) { return name(static_cast<Shape>(i)); }, shapes_);
  counts(
      ",\"roles\":{", kRoles, [](int i) { return name(static_cast<Role>(i)); }, roles_);
  out += ",\"teachers\":";
  teachers_.append_json(out);
  out += ",\"malformed_reasons\":";
  malformed_by_.append_json(out);
  static constexpr std::string_view kTitles[kLengths] = {"turns", "prompt_chars", "prompt_bytes",
                                                         "response_chars", "response_bytes"};
  for (int i = 0; i < kLengths; ++i) {
    out += ",\"";
    out += kTitles[i];
    out += "\":";
    lengths_[i].append_json(out);
  }
  out += '}';
  return out;
}

void Tally::write(std::string& out) const {
  put(out, kMagic);
  put(out, records_);
  put(out, malformed_);
  put(out, bytes_);
  for (std::uint64_t n : shapes_) put(out, n);
  for (std::uint64_t n : roles_) put(out, n);
  for (const Lengths& l : lengths_) {
    put(out, l.count);
    put(out, l.sum);
    put(out, l.min);
    put(out, l.max);
    for (std::uint64_t n : l.log2) put(out, n);
  }
  put(out, teachers_);
  put(out, malformed_by_);
  put(out, static_cast<std::uint64_t>(keys_.level()));
  put(out, keys_.kept());
  keys_.for_each([&](std::uint64_t key, std::uint64_t count) {
    out.append(reinterpret_cast<const char*>(&key), sizeof key);
    put(out, count);
  });
}

bool Tally::read(std::string_view& in) {
  std::uint64_t magic, n, level, kept;
  auto add_to = [&](std::uint64_t& total) {
    if (!take(in, n)) return false;
    total += n;
    return true;
  };
  if (!take(in, magic) || magic != kMagic) return false;
  if (!add_to(records_) || !add_to(malformed_) || !add_to(bytes_)) return false;
  for (auto& total : shapes_) {
    if (!add_to(total)) return false;
  }
  for (auto& total : roles_) {
    if (!add_to(total)) return false;
  }
  for (Lengths& l : lengths_) {
    Lengths part;
    if (!take(in, part.count) || !take(in, part.sum) || !take(in, part.min) ||
        !take(in, part.max)) {
      return false;
    }
    for (auto& bucket : part.log2) {
      if (!take(in, bucket)) return false;
    }
    l.merge(part);
  }
  if (!take(in, teachers_) || !take(in, malformed_by_)) return false;
  if (!take(in, level) || level > 63 || !take(in, kept)) return false;
  if (static_cast<int>(level) > keys_.level()) keys_.raise_to(static_cast<int>(level));
  for (; kept > 0; --kept) {
    std::uint64_t key, count;
    if (in.size() < sizeof key) return false;
    std::memcpy(&key, in.data(), sizeof key);
    in.remove_prefix(sizeof key);
    if (!take(in, count) || count == 0) return false;
    keys_.add(key, count);
  }
  return true;
}

}  // namespace corpus
