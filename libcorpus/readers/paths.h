// Which files input.paths stands for.
#ifndef CORPUS_READERS_PATHS_H_
#define CORPUS_READERS_PATHS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "corpus/result.h"

namespace corpus::readers {

struct InputFile {
  std::string name;         // "-" is standard input
  std::uint64_t bytes = 0;  // 0 for a pipe
  bool pipe = false;        // can be read only once
  int fd = -1;              // already open: read from here; the name is for messages
};

// Files, folders, globs and "-", in the order given; what a folder or glob stands for in byte-wise
// order. A file that is named, also by a glob, is taken whatever its name. Of a folder, and all
// folders in it, the files whose name says JSON, CSV, TSV, text (.zst and .gz aside) or Parquet; hidden
// names and names that end in .tmp are passed over. Of a folder that libcorpus wrote (it has a
// manifest.json) only the part-* files. A path that does not exist is kNotFound; a folder or glob
// that holds no input is kInvalidArgument.
Result<std::vector<InputFile>> find_inputs(const std::vector<std::string>& paths);

}  // namespace corpus::readers

#endif  // CORPUS_READERS_PATHS_H_
