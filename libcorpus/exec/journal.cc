#include "exec/journal.h"

#include <cstring>

#include "base/hash.h"

namespace corpus::exec {
namespace {

constexpr std::string_view kMagic = "CORPUSJ1";
constexpr std::uint64_t kLargest = std::uint64_t{1} << 30;

class Writer {
 public:
  void number(std::uint64_t n) {
    for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(n >> 8 * i);
  }
  void text(std::string_view s) {
    number(s.size());
    bytes_ += s;
  }
  std::string finish() && {
    number(hash64(bytes_));
    return std::move(bytes_);
  }

 private:
  std::string bytes_{kMagic};
};

// Reads nothing past the end: a number is then 0 and ok() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    if (bytes_.size() < 8) return fail();
    std::uint64_t n = 0;
    for (int i = 0; i < 8; ++i) n |= std::uint64_t{static_cast<unsigned char>(bytes_[i])} << 8 * i;
    bytes_.remove_prefix(8);
    return n;
  }
  std::string text() {
    std::uint64_t n = number();
    if (n > bytes_.size()) n = fail();
    std::string s(bytes_.substr(0, n));
    bytes_.remove_prefix(n);
    return s;
  }
  bool ok() const { return ok_; }

 private:
  std::uint64_t fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace

std::string encode(const Checkpoint& c) {
  Writer w;
  w.text(c.digest);
  w.number(c.pass);
  w.text(c.source);
  w.text(c.sink);
  w.number(c.counts.records);
  w.number(c.counts.kept);
  w.number(c.counts.blank_lines);
  w.number(c.counts.bytes);
  w.number(c.counts.dropped.size());
  for (const auto& [name, n] : c.counts.dropped) w.text(name), w.number(n);
  w.number(c.counts.input_records.size());
  for (auto n : c.counts.input_records) w.number(n);
  w.number(c.logs.size());
  for (const auto& [name, n] : c.logs) w.text(name), w.number(n);
  return std::move(w).finish();
}

Result<Checkpoint> decode(std::string_view bytes) {
  Error broken{Code::kCorrupt, "not a journal of this version, or damaged; start again without --resume"};
  if (bytes.size() < kMagic.size() + 8 || !bytes.starts_with(kMagic)) return broken;
  std::string_view body = bytes.substr(0, bytes.size() - 8);
  if (Reader(bytes.substr(body.size())).number() != hash64(body)) return broken;
  Reader r(body.substr(kMagic.size()));
  Checkpoint c;
  c.digest = r.text();
  c.pass = static_cast<std::uint32_t>(r.number());
  c.source = r.text();
  c.sink = r.text();
  c.counts.records = r.number();
  c.counts.kept = r.number();
  c.counts.blank_lines = r.number();
  c.counts.bytes = r.number();
  for (auto n = r.number(); n > 0 && r.ok(); --n) {
    std::string name = r.text();
    c.counts.dropped[name] = r.number();
  }
  for (auto n = r.number(); n > 0 && r.ok(); --n) c.counts.input_records.push_back(r.number());
  for (auto n = r.number(); n > 0 && r.ok(); --n) {
    std::string name = r.text();
    c.logs[name] = r.number();
  }
  if (!r.ok()) return broken;
  return c;
}

Result<Checkpoint> Journal::load() const {
  if (!io::exists(path("journal"))) {
    return Error{Code::kNotFound, path("journal") + ": nothing to resume"};
  }
  CORPUS_TRY(std::string bytes, io::read_all(path("journal"), kLargest));
  auto checkpoint = decode(bytes);
  if (!checkpoint) return std::move(checkpoint).error().context(path("journal"));
  return checkpoint;
}

Result<void> Journal::store(const Checkpoint& checkpoint) {
  return io::write_atomically(path("journal"), encode(checkpoint));
}

Result<void> Journal::save(const std::string& name, Durable& component, Checkpoint& checkpoint) {
  std::uint64_t& length = checkpoint.logs[name];
  auto it = open_.find(name);
  if (it == open_.end()) {
    CORPUS_TRY(io::File file, io::File::open_append(path(name)));
    CORPUS_CHECK(file.truncate(length));
    it = open_.emplace(name, std::move(file)).first;
  }
  std::uint64_t written = 0;
  CORPUS_CHECK(component.save([&](std::string_view bytes) -> Result<void> {
    written += bytes.size();
    return it->second.write(bytes);
  }));
  if (written != 0) CORPUS_CHECK(it->second.sync());
  length += written;
  return {};
}

Result<void> Journal::load(const std::string& name, Durable& component,
                           const Checkpoint& checkpoint) const {
  auto it = checkpoint.logs.find(name);
  if (it == checkpoint.logs.end()) return {};
  std::string bytes(it->second, '\0');
  CORPUS_TRY(io::File file, io::File::open_read(path(name)));
  CORPUS_TRY(std::size_t n, file.pread(bytes.data(), bytes.size(), 0));
  if (n != bytes.size()) {
    return Error{Code::kCorrupt, path(name) + ": shorter than the journal says; start again without --resume"};
  }
  auto loaded = component.load(bytes);
  if (!loaded) return std::move(loaded).error().context(path(name));
  return {};
}

}  // namespace corpus::exec
