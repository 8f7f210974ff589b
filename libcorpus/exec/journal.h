// Journal: what lets a killed run go on. docs/formats/journal.md has the bytes.
//
// A checkpoint is one small file, replaced atomically, that names how far the source had been read,
// how far the sink's files are valid, and how many bytes of each component's state log count. State
// logs only grow; bytes behind the length a checkpoint names are ignored and overwritten. A kill at
// any moment therefore leaves a checkpoint whose files are all intact.
//
// Not thread safe. The folder is the sink's work folder, which the sink has locked.
#ifndef CORPUS_EXEC_JOURNAL_H_
#define CORPUS_EXEC_JOURNAL_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/result.h"
#include "io/file.h"

namespace corpus::exec {

// What exec/ counts while batches pass its last stage.
struct Counts {
  std::uint64_t records = 0;
  std::uint64_t kept = 0;
  std::uint64_t blank_lines = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t, std::less<>> dropped;
  std::vector<std::uint64_t> input_records;  // [input]
};

struct Checkpoint {
  std::string digest;              // of recipe and inputs
  std::uint32_t pass = 0;          // the pass to go on with; == passes when only close() is left
  std::string source;              // Source::snapshot(); empty: the start of the pass
  std::string sink;                // Sink::checkpoint()
  Counts counts;                   // of this pass so far
  std::map<std::string, std::uint64_t> logs;  // log name -> valid bytes
};

std::string encode(const Checkpoint& checkpoint);
Result<Checkpoint> decode(std::string_view bytes);

class Journal {
 public:
  explicit Journal(std::string dir) : dir_(std::move(dir)) {}

  // kNotFound when there is none; kCorrupt when its checksum or version is wrong.
  Result<Checkpoint> load() const;
  Result<void> store(const Checkpoint& checkpoint);

  // Appends what `component` wants to keep to the log `name`, makes it durable, and sets the length
  // in `checkpoint`.
  Result<void> save(const std::string& name, Durable& component, Checkpoint& checkpoint);
  // Hands the valid part of the log to `component`.
  Result<void> load(const std::string& name, Durable& component, const Checkpoint& checkpoint) const;

 private:
  std::string path(const std::string& name) const { return dir_ + "/" + name; }

  std::string dir_;
  std::map<std::string, io::File> open_;
};

}  // namespace corpus::exec

#endif  // CORPUS_EXEC_JOURNAL_H_
