#include "dedup/index_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/hash.h"
#include "dedup/index_json.h"
#include "io/file.h"

namespace corpus {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t kKeyBlock = 32 << 10;
constexpr std::uint32_t kRowBlock = 4 << 10;  // rows are read one at a time
constexpr std::uint64_t kMostInputs = std::uint64_t{1} << (64 - RecordPos::kOffsetBits);
constexpr const char* kNew = "new";

std::string generation_name(std::uint64_t first, std::uint64_t end) {
  return "g-" + std::to_string(first) + "-" + std::to_string(end);
}

Error system(const std::string& path, const char* what, int code) {
  return {Code::kIo, path + ": cannot " + what + ": " +
                         std::error_code(code, std::generic_category()).message()};
}

Result<std::uint64_t> read_marker(const std::string& path) {
  CORPUS_TRY(std::string text, io::read_all(path, 64));
  std::uint64_t inputs = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), inputs);
  if (ec != std::errc() || end + 1 != text.data() + text.size() || *end != '\n') {
    return Error{Code::kCorrupt, path + ": is damaged; start again without --resume"};
  }
  return inputs;
}

}  // namespace

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(const std::string& dir, IndexPurpose purpose,
                                                       std::vector<std::string> inputs,
                                                       std::string marker, MemoryBudget* memory) {
  std::unique_ptr<IndexWriter> out(new IndexWriter());
  out->dir_ = dir;
  out->purpose_ = std::move(purpose);
  out->inputs_ = std::move(inputs);
  out->marker_ = std::move(marker);
  out->memory_ = memory;
  CORPUS_CHECK(io::make_dirs(dir));
  CORPUS_CHECK(out->lock());
  if (io::exists(out->path(std::string(kIndexJson)))) {
    CORPUS_TRY(out->before_, SeenIndex::open(dir, out->purpose_));
  } else {
    out->before_ = std::make_shared<SeenIndex>();
  }
  const SeenIndex& before = *out->before_;
  CORPUS_CHECK(memory->reserve(before.table_bytes(), "index"));
  out->accounted_ = before.table_bytes();
  out->first_input_ = before.inputs().size();
  if (!out->marker_.empty() && io::exists(out->marker_)) {
    CORPUS_TRY(out->first_input_, read_marker(out->marker_));
    if (out->first_input_ != before.inputs().size() && out->first_input_ != before.last_first_) {
      return Error{Code::kInvalidArgument,
                   dir + ": another run added to this index after this one was interrupted; remove "
                         "the output folder and start again without --resume"};
    }
    out->marked_ = true;
  }
  if (out->first_input_ + out->inputs_.size() > kMostInputs) {
    return Error{Code::kLimit, dir + ": the index would have more than 1048576 inputs; join small "
                                     "files, or begin another index"};
  }
  out->before_->limit_inputs(out->first_input_);
  CORPUS_CHECK(out->remove_leftovers());
  return out;
}

IndexWriter::~IndexWriter() {
  if (memory_ != nullptr) memory_->release(accounted_);
  if (lock_ >= 0) ::close(lock_);
}

Result<void> IndexWriter::lock() {
  std::string file = path("lock");
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) return system(file, "create", errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return system(file, "lock", errno);
  return Error{Code::kInvalidArgument,
               dir_ + ": another run is writing to this index; wait for it to end"};
}

// Of runs that were killed, and parts that were merged.
Result<void> IndexWriter::remove_leftovers() const {
  std::set<std::string> named;
  for (const auto& g : before_->generations_) {
    named.insert(g.name + ".keys");
    named.insert(g.name + ".rows");
  }
  std::error_code error;
  for (fs::directory_iterator it(dir_, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    bool ours = name.starts_with("g-") || name.starts_with(kNew);
    bool file = name.ends_with(".keys") || name.ends_with(".rows");
    if (ours && file && !named.contains(name)) CORPUS_CHECK(io::remove_file(path(name)));
  }
  if (error) return system(dir_, "list the folder", error.value());
  return {};
}

Result<void> IndexWriter::mark() {
  if (marked_ || marker_.empty()) return {};
  CORPUS_CHECK(io::write_atomically(marker_, std::to_string(first_input_) + "\n"));
  marked_ = true;
  return {};
}

Result<void> IndexWriter::begin() {
  std::uint32_t item =
      purpose_.kind == IndexKind::kContent ? sizeof(ContentEntry) : sizeof(BandEntry);
  CORPUS_TRY(keys_, BlockFileWriter::create(path(std::string(kNew) + ".keys"), item, kKeyBlock));
  CORPUS_TRY(rows_, BlockFileWriter::create(path(std::string(kNew) + ".rows"), sizeof(IndexRow),
                                            kRowBlock));
  return {};
}

Result<void> IndexWriter::finish() {
  CORPUS_CHECK(keys_->finish());
  CORPUS_CHECK(rows_->finish());
  std::uint64_t both[] = {keys_->checksum(), rows_->checksum()};
  checksum_ = hash64({reinterpret_cast<const char*>(both), sizeof both}, inputs_.size());
  return {};
}

Result<void> IndexWriter::publish() {
  if (first_input_ != before_->inputs().size()) {
    // The marker is of a run that had come as far as here.
    if (checksum_ == before_->last_checksum_) {
      CORPUS_CHECK(io::remove_file(path(kNew + std::string(".keys"))));
      return io::remove_file(path(kNew + std::string(".rows")));
    }
    return Error{Code::kInvalidArgument,
                 dir_ + ": another run added to this index after this one was interrupted; remove "
                        "the output folder and start again without --resume"};
  }
  std::uint64_t end = first_input_ + inputs_.size();
  std::string name = generation_name(first_input_, end);
  for (const char* ending : {".keys", ".rows"}) {
    CORPUS_CHECK(io::rename(path(kNew + std::string(ending)), path(name + ending)));
  }
  IndexJson json{.purpose = purpose_,
                 .generations = {},
                 .inputs = before_->inputs_,
                 .last_first = first_input_,
                 .last_checksum = checksum_};
  json.inputs.insert(json.inputs.end(), inputs_.begin(), inputs_.end());
  for (const auto& g : before_->generations_) {
    json.generations.push_back(
        {g.name, g.first_input, g.inputs, g.rows.items(), g.keys.items()});
  }
  json.generations.push_back(
      {name, first_input_, inputs_.size(), rows_->items(), keys_->items()});

  // The last ones become one while the one before them is not at least twice as large.
  auto& all = json.generations;
  std::size_t from = all.size() - 1;
  std::uint64_t keys = all[from].keys;
  while (from > 0 && all[from - 1].keys < 2 * std::max<std::uint64_t>(keys, 1)) {
    keys += all[--from].keys;
  }
  std::vector<std::string> merged;
  if (from + 1 < all.size()) {
    std::vector<SeenIndex::Generation> parts;
    IndexJson::Generation sum{.name = generation_name(all[from].first_input, end),
                              .first_input = all[from].first_input};
    std::uint32_t item =
        purpose_.kind == IndexKind::kContent ? sizeof(ContentEntry) : sizeof(BandEntry);
    for (std::size_t i = from; i < all.size(); ++i) {
      CORPUS_TRY(BlockFile k, BlockFile::open(path(all[i].name + ".keys"), item));
      CORPUS_TRY(BlockFile r, BlockFile::open(path(all[i].name + ".rows"), sizeof(IndexRow)));
      parts.push_back({all[i].name, all[i].first_input, all[i].inputs, std::move(k), std::move(r)});
      merged.push_back(all[i].name);
      sum.inputs += all[i].inputs;
      sum.records += all[i].records;
      sum.keys += all[i].keys;
    }
    CORPUS_CHECK(merge(parts, sum.name));
    all.resize(from);
    all.push_back(std::move(sum));
  }
  CORPUS_CHECK(io::sync_dir(dir_));
  CORPUS_CHECK(io::write_atomically(path(std::string(kIndexJson)), print_index_json(json)));
  for (const auto& old : merged) {
    CORPUS_CHECK(io::remove_file(path(old + ".keys")));
    CORPUS_CHECK(io::remove_file(path(old + ".rows")));
  }
  return {};
}

// Rows of later parts are of later inputs, so theirs are copied one behind the other; no key is in
// two parts.
Result<void> IndexWriter::merge(const std::vector<SeenIndex::Generation>& parts,
                                const std::string& name) const {
  CORPUS_CHECK(purpose_.kind == IndexKind::kContent
                   ? merge_keys<ContentEntry>(parts, path(name + ".keys"))
                   : merge_keys<BandEntry>(parts, path(name + ".keys")));
  CORPUS_TRY(auto rows,
             BlockFileWriter::create(path(name + ".rows"), sizeof(IndexRow), kRowBlock));
  BlockFile::Buffer buffer;
  for (const auto& part : parts) {
    buffer = {};
    for (std::size_t b = 0; b < part.rows.blocks(); ++b) {
      CORPUS_CHECK(part.rows.read(b, buffer));
      std::string_view bytes = buffer.bytes;
      for (; !bytes.empty(); bytes.remove_prefix(sizeof(IndexRow))) {
        CORPUS_CHECK(rows.append(bytes.substr(0, sizeof(IndexRow))));
      }
    }
  }
  return rows.finish();
}

template <typename Entry>
Result<void> IndexWriter::merge_keys(const std::vector<SeenIndex::Generation>& parts,
                                     const std::string& path) const {
  struct Head {
    const BlockFile* file;
    BlockFile::Buffer buffer;
    std::size_t block = 0;
    const Entry* at = nullptr;
    const Entry* end = nullptr;
    Result<bool> next() {  // false at the end
      if (at != end && ++at != end) return true;
      if (block == file->blocks()) return false;
      CORPUS_CHECK(file->read(block++, buffer));
      at = reinterpret_cast<const Entry*>(buffer.bytes.data());
      end = at + buffer.bytes.size() / sizeof(Entry);
      return true;
    }
  };
  CORPUS_TRY(auto out, BlockFileWriter::create(path, sizeof(Entry), kKeyBlock));
  std::vector<Head> heads;
  for (const auto& part : parts) {
    Head head{.file = &part.keys, .buffer = {}};
    CORPUS_TRY(bool some, head.next());
    if (some) heads.push_back(std::move(head));
  }
  while (!heads.empty()) {  // few: generations grow by two
    auto least = std::min_element(heads.begin(), heads.end(),
                                  [](const Head& a, const Head& b) { return *a.at < *b.at; });
    CORPUS_CHECK(out.append({reinterpret_cast<const char*>(least->at), sizeof(Entry)}));
    CORPUS_TRY(bool more, least->next());
    if (!more) heads.erase(least);
  }
  return out.finish();
}

}  // namespace corpus
