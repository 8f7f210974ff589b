#include "provenance/gate_twins.h"

#include <cstring>

namespace corpus::policy {
namespace {

constexpr std::uint64_t kEntryBytes = 80;  // node, bucket and the list of fresh keys
constexpr std::uint32_t kMaxLabels = 1U << 16;

template <typename T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_text(std::string& out, std::string_view text) {
  append(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

// Reads what append() wrote; `ok` turns false where it ends too early.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }
  bool ok() const { return ok_; }
  template <typename T>
  T get() {
    T out{};
    if (bytes_.size() < sizeof out) return fail(), out;
    std::memcpy(&out, bytes_.data(), sizeof out);
    bytes_.remove_prefix(sizeof out);
    return out;
  }
  std::string text() {
    auto n = get<std::uint32_t>();
    if (bytes_.size() < n) return fail(), std::string();
    std::string out(bytes_.substr(0, n));
    bytes_.remove_prefix(n);
    return out;
  }

 private:
  void fail() {
    ok_ = false;
    bytes_ = {};
  }
  std::string_view bytes_;
  bool ok_ = true;
};

constexpr char kLabelItem = 'L', kEntryItem = 'E';

}  // namespace

Twins::~Twins() { memory_->release(reserved_); }

std::uint32_t Twins::intern(Label label) {
  // Tags name teachers as records do: without a bound an input could fill the memory with them.
  if (labels_.size() >= kMaxLabels) label.tag.clear();
  std::string id(label.reason.name());
  id.append("\n").append(label.tag);
  auto [at, fresh] = label_ids_.emplace(std::move(id), static_cast<std::uint32_t>(labels_.size()));
  if (fresh) labels_.push_back(std::move(label));
  return at->second;
}

Result<void> Twins::put(Key128 key, Entry entry) {
  auto [at, fresh] = map_.emplace(key, entry);
  if (fresh) {
    if (auto got = memory_->reserve(kEntryBytes, "policy.gate"); !got) {
      map_.erase(at);
      return got;
    }
    reserved_ += kEntryBytes;
  } else {
    int old = labels_[at->second.label].strictness, now = labels_[entry.label].strictness;
    if (now < old || (now == old && at->second.pos <= entry.pos)) return {};
    at->second = entry;
  }
  fresh_.push_back(key);
  return {};
}

Result<void> Twins::add(Key128 key, RecordPos pos, const Verdict& verdict) {
  return put(key, {pos, intern({verdict.reason, verdict.strictness, verdict.tag})});
}

Result<void> Twins::add(const Twins& other) {
  std::vector<std::uint32_t> ids;
  for (const auto& label : other.labels_) ids.push_back(intern(label));
  for (const auto& [key, entry] : other.map_) CORPUS_CHECK(put(key, {entry.pos, ids[entry.label]}));
  return {};
}

const Twins::Entry* Twins::find(Key128 key) const {
  auto at = map_.find(key);
  return at == map_.end() ? nullptr : &at->second;
}

Result<void> Twins::save(const StateSink& sink) {
  std::string out;
  for (; saved_labels_ < labels_.size(); ++saved_labels_) {
    const Label& label = labels_[saved_labels_];
    append(out, kLabelItem);
    append(out, label.strictness);
    append_text(out, label.reason.name());
    append_text(out, label.tag);
  }
  for (Key128 key : fresh_) {
    const Entry& entry = map_.at(key);
    append(out, kEntryItem);
    append(out, key);
    append(out, entry.pos.packed);
    append(out, entry.label);
  }
  fresh_.clear();
  return out.empty() ? Result<void>() : sink(out);
}

Result<void> Twins::load(std::string_view bytes) {
  Reader in(bytes);
  while (!in.done()) {
    char item = in.get<char>();
    if (item == kLabelItem) {
      auto strictness = in.get<int>();
      std::string reason = in.text();
      intern({Reason::intern(reason), strictness, in.text()});
    } else if (item == kEntryItem) {
      auto key = in.get<Key128>();
      RecordPos pos{in.get<std::uint64_t>()};
      auto label = in.get<std::uint32_t>();
      if (!in.ok() || label >= labels_.size())
        return Error{Code::kCorrupt, "policy.gate: its saved state is damaged"};
      CORPUS_CHECK(put(key, {pos, label}));
    } else {
      return Error{Code::kCorrupt, "policy.gate: its saved state is damaged"};
    }
  }
  if (!in.ok()) return Error{Code::kCorrupt, "policy.gate: its saved state is damaged"};
  fresh_.clear();
  saved_labels_ = labels_.size();
  return {};
}

}  // namespace corpus::policy
