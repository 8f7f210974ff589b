#include "train/checkpoint.h"

#include <corpus/provenance.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/atomic_file.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;

constexpr std::string_view kMagic = "STUDCKP1";
constexpr std::size_t kAlign = 64;
constexpr std::size_t kBlock = kCheckpointBuffer;  // bytes hashed at once
constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes on their way into a block
constexpr std::size_t kLongestHeader = std::size_t{1} << 20;
constexpr std::size_t kDigest = sizeof(corpus::provenance::Digest);

std::size_t aligned(std::size_t n) { return (n + kAlign - 1) / kAlign * kAlign; }
std::size_t section_bytes(const Section& s) {
  return static_cast<std::size_t>(s.data.elements()) * size_of(s.data.type);
}

// SHA-256 of the SHA-256 of each block of kBlock bytes: one pass, in bounded memory.
class BlockDigest {
 public:
  void add(std::string_view block) {
    auto digest = corpus::provenance::sha256(block);
    digests_.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  corpus::provenance::Digest finish() const { return corpus::provenance::sha256(digests_); }

 private:
  std::string digests_;
};

class Writer {
 public:
  explicit Writer(AtomicFile file) : file_(std::move(file)) { block_.reserve(kBlock); }

  Result<void> add(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t n = std::min(kBlock - block_.size(), bytes.size());
      block_.append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      if (block_.size() == kBlock) CORPUS_CHECK(flush());
    }
    return {};
  }
  Result<void> finish() {
    if (!block_.empty()) CORPUS_CHECK(flush());
    auto digest = digest_.finish();
    CORPUS_CHECK(file_.write({reinterpret_cast<const char*>(digest.data()), digest.size()}));
    return file_.commit();
  }

 private:
  Result<void> flush() {
    digest_.add(block_);
    CORPUS_CHECK(file_.write(block_));
    block_.clear();
    return {};
  }
  AtomicFile file_;
  BlockDigest digest_;
  std::string block_;
};

// A file read once from the beginning, in blocks.
class Reader {
 public:
  static Result<Reader> open(const std::string& path) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Error{Code::kNotFound, path + ": cannot open the checkpoint: " + std::strerror(errno)};
    struct stat status {};
    fstat(fd, &status);
    return Reader(path, fd, static_cast<std::size_t>(status.st_size));
  }
  Reader(Reader&& o) noexcept : path_(std::move(o.path_)), fd_(std::exchange(o.fd_, -1)), size_(o.size_) {}
  Reader& operator=(Reader&&) = delete;
  ~Reader() {
    if (fd_ >= 0) close(fd_);
  }

  std::size_t size() const { return size_; }
  Error corrupt(std::string_view what) const { return {Code::kCorrupt, path_ + ": " + std::string(what)}; }

  Result<void> get(void* to, std::size_t n) {
    char* out = static_cast<char*>(to);
    while (n > 0) {
      if (at_ == block_.size()) CORPUS_CHECK(fill());
      std::size_t piece = std::min(n, block_.size() - at_);
      std::memcpy(out, block_.data() + at_, piece);
      out += piece;
      at_ += piece;
      n -= piece;
    }
    return {};
  }
  // After everything before the digest was read.
  Result<void> check_digest() {
    corpus::provenance::Digest stored;
    CORPUS_CHECK(read_exactly(stored.data(), stored.size()));
    if (stored != digest_.finish()) return corrupt("its bytes are not the ones that were written");
    return {};
  }

 private:
  Reader(std::string path, int fd, std::size_t size) : path_(std::move(path)), fd_(fd), size_(size) {}

  Result<void> fill() {
    std::size_t left = size_ > kDigest + read_ ? size_ - kDigest - read_ : 0;
    if (left == 0) return corrupt("truncated");
    block_.resize(std::min(kBlock, left));
    at_ = 0;
    CORPUS_CHECK(read_exactly(block_.data(), block_.size()));
    digest_.add(block_);
    return {};
  }
  Result<void> read_exactly(void* to, std::size_t n) {
    char* out = static_cast<char*>(to);
    while (n > 0) {
      ssize_t done = ::read(fd_, out, n);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return corrupt("truncated");
      out += done;
      read_ += static_cast<std::size_t>(done);
      n -= static_cast<std::size_t>(done);
    }
    return {};
  }

  std::string path_;
  int fd_ = -1;
  std::size_t size_ = 0, read_ = 0, at_ = 0;
  std::string block_;
  BlockDigest digest_;
};

std::string header_of(const CheckpointInfo& info, std::span<const Section> sections) {
  nlohmann::ordered_json out = {
      {"checkpoint", 1}, {"step", info.step}, {"log_bytes", info.log_bytes}, {"run", info.run}};
  out["sections"] = nlohmann::ordered_json::array();
  for (const Section& s : sections) out["sections"].push_back({{"name", s.name}, {"bytes", section_bytes(s)}});
  return out.dump();
}

Result<void> check_sections(const CheckpointHeader& header, std::span<const Section> sections, const Reader& reader) {
  bool same = header.sections.size() == sections.size();
  for (std::size_t i = 0; same && i < sections.size(); ++i) {
    same = header.sections[i].first == sections[i].name && header.sections[i].second == section_bytes(sections[i]);
  }
  if (!same) return reader.corrupt("it holds other tensors than this run has");
  return {};
}

}  // namespace

Result<CheckpointHeader> parse_checkpoint_header(std::string_view text) {
  auto bad = [](std::string_view what) { return Error{Code::kCorrupt, "header: " + std::string(what)}; };
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return bad("not a JSON object");
  auto number = [&](const nlohmann::json& of, const char* key, std::uint64_t& out) {
    auto found = of.find(key);
    bool good = found != of.end() && found->is_number_unsigned();
    if (good) out = found->get<std::uint64_t>();
    return good;
  };
  CheckpointHeader out;
  std::uint64_t version = 0, step = 0;
  if (!number(json, "checkpoint", version)) return bad("no version");
  if (version != 1) {
    return Error{Code::kUnsupported, "header: version " + std::to_string(version) + " of the format is not known"};
  }
  if (!number(json, "step", step) || step > INT64_MAX) return bad("no step");
  out.info.step = static_cast<std::int64_t>(step);
  if (!number(json, "log_bytes", out.info.log_bytes)) return bad("no log_bytes");
  auto run = json.find("run");
  if (run == json.end() || !run->is_string()) return bad("no run");
  out.info.run = run->get<std::string>();
  auto sections = json.find("sections");
  if (sections == json.end() || !sections->is_array()) return bad("no sections");
  for (const auto& section : *sections) {
    std::uint64_t bytes = 0;
    if (!section.is_object() || !section.contains("name") || !section["name"].is_string() ||
        !number(section, "bytes", bytes)) {
      return bad("a section without name or bytes");
    }
    out.sections.emplace_back(section["name"].get<std::string>(), bytes);
  }
  return out;
}

Result<void> save_checkpoint(const std::string& path, const CheckpointInfo& info, Backend& backend,
                             std::span<const Section> sections) {
  CORPUS_TRY(AtomicFile file, AtomicFile::create(path));
  Writer writer(std::move(file));
  std::string header = header_of(info, sections);
  const std::uint64_t n = header.size();
  std::string head(kMagic);
  head.append(reinterpret_cast<const char*>(&n), sizeof n);
  head += header;
  head.resize(aligned(head.size()), '\0');
  CORPUS_CHECK(writer.add(head));
  std::string piece;
  for (const Section& section : sections) {
    const std::size_t bytes = section_bytes(section);
    for (std::size_t at = 0; at < bytes; at += kPiece) {
      piece.resize(std::min(kPiece, bytes - at));
      CORPUS_CHECK(backend.read(piece.data(), static_cast<const char*>(section.data.data) + at, piece.size()));
      CORPUS_CHECK(writer.add(piece));
    }
    CORPUS_CHECK(writer.add(std::string(aligned(bytes) - bytes, '\0')));
  }
  return writer.finish();
}

Result<CheckpointInfo> load_checkpoint(const std::string& path, std::string_view run, Backend& backend,
                                       std::span<const Section> sections) {
  CORPUS_TRY(Reader reader, Reader::open(path));
  char magic[8];
  std::uint64_t n = 0;
  CORPUS_CHECK(reader.get(magic, sizeof magic));
  if (std::memcmp(magic, kMagic.data(), sizeof magic) != 0) return reader.corrupt("not a checkpoint");
  CORPUS_CHECK(reader.get(&n, sizeof n));
  if (n > kLongestHeader) return reader.corrupt("its header is too long");
  std::string json(aligned(sizeof magic + sizeof n + n) - sizeof magic - sizeof n, '\0');
  CORPUS_CHECK(reader.get(json.data(), json.size()));
  auto header = parse_checkpoint_header(std::string_view(json).substr(0, n));
  if (!header) return std::move(header).error().context(path);
  if (header->info.run != run) {
    return Error{Code::kInvalidArgument, path +
                                             ": belongs to a run with other options, data or model; give the "
                                             "same ones, or another -o"};
  }
  CORPUS_CHECK(check_sections(*header, sections, reader));
  std::size_t expected = sizeof magic + sizeof n + json.size() + kDigest;
  for (const Section& section : sections) expected += aligned(section_bytes(section));
  if (reader.size() != expected)
    return reader.corrupt("it has " + std::to_string(reader.size()) + " bytes instead of " + std::to_string(expected));
  std::string piece;
  for (const Section& section : sections) {
    const std::size_t bytes = section_bytes(section);
    for (std::size_t at = 0; at < bytes; at += kPiece) {
      piece.resize(std::min(kPiece, bytes - at));
      CORPUS_CHECK(reader.get(piece.data(), piece.size()));
      backend.write(static_cast<char*>(section.data.data) + at, piece.data(), piece.size());
    }
    piece.resize(aligned(bytes) - bytes);
    CORPUS_CHECK(reader.get(piece.data(), piece.size()));
  }
  CORPUS_CHECK(backend.sync());
  CORPUS_CHECK(reader.check_digest());
  return header->info;
}

std::string checkpoint_name(std::int64_t step) {
  char name[48];
  std::snprintf(name, sizeof name, "step-%09lld.ckpt", static_cast<long long>(step));
  return name;
}

std::vector<std::string> list_checkpoints(const std::string& dir) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with("step-") && name.ends_with(".ckpt")) out.push_back(entry.path().string());
  }
  std::sort(out.rbegin(), out.rend());  // names have equal lengths, so this is by step
  return out;
}

void prune_checkpoints(const std::string& dir, std::size_t keep) {
  auto all = list_checkpoints(dir);
  std::error_code error;
  for (std::size_t i = keep; i < all.size(); ++i) std::filesystem::remove(all[i], error);
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (entry.path().extension() == ".tmp") std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace student
