// Names in folders: what a path with * ? [] and ** stands for.
//
// * ? and [] match within one name as fnmatch(3) does, ** any number of folders. Hidden names match
// only a pattern that begins with a dot. Links to folders are followed where a pattern or a user
// names them, not by **. Results are in byte-wise order. Thread safe.
#ifndef CORPUS_IO_GLOB_H_
#define CORPUS_IO_GLOB_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"

namespace corpus::io {

struct DirEntry {
  std::string name;
  bool is_dir = false;  // links are followed
  bool is_link = false;
};

// Regular files, pipes and folders in `dir`, in byte-wise order of their names.
Result<std::vector<DirEntry>> list_dir(const std::string& dir);
bool is_dir(const std::string& path);
std::string join(const std::string& dir, std::string_view name);

bool is_glob(std::string_view path);
// Everything that matches, files and folders; empty when nothing does.
Result<std::vector<std::string>> glob(const std::string& pattern);

}  // namespace corpus::io

#endif  // CORPUS_IO_GLOB_H_
