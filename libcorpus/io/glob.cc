#include "io/glob.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>

#include "io/file.h"

namespace corpus::io {
namespace {

namespace fs = std::filesystem;

Result<void> expand(const std::string& base, std::span<const std::string> segments,
                    std::vector<std::string>& out) {
  if (segments.empty()) {
    out.push_back(base);
    return {};
  }
  const std::string& segment = segments[0];
  auto rest = segments.subspan(1);
  if (!is_glob(segment)) {
    std::string path = join(base, segment);
    if (rest.empty() ? exists(path) : is_dir(path)) CORPUS_CHECK(expand(path, rest, out));
    return {};
  }
  CORPUS_TRY(auto entries, list_dir(base));
  if (segment == "**") {
    if (!rest.empty()) CORPUS_CHECK(expand(base, rest, out));
    for (const auto& entry : entries) {
      if (entry.name[0] == '.') continue;
      std::string path = join(base, entry.name);
      if (entry.is_dir && !entry.is_link) {
        CORPUS_CHECK(expand(path, segments, out));
      } else if (rest.empty() && !entry.is_dir) {
        out.push_back(path);
      }
    }
    return {};
  }
  for (const auto& entry : entries) {
    if (::fnmatch(segment.c_str(), entry.name.c_str(), FNM_PERIOD) != 0) continue;
    if (!rest.empty() && !entry.is_dir) continue;
    CORPUS_CHECK(expand(join(base, entry.name), rest, out));
  }
  return {};
}

}  // namespace

Result<std::vector<DirEntry>> list_dir(const std::string& dir) {
  std::error_code error;
  fs::directory_iterator it(dir.empty() ? "." : dir, error);
  std::vector<DirEntry> out;
  while (!error && it != fs::directory_iterator()) {
    std::error_code gone;  // a link to nothing, or removed meanwhile: no entry
    auto status = it->status(gone);
    bool folder = fs::is_directory(status);
    if (folder || fs::is_regular_file(status) || fs::is_fifo(status)) {
      out.push_back({it->path().filename().string(), folder, it->is_symlink(gone)});
    }
    it.increment(error);
  }
  if (error) {
    return Error{Code::kIo, (dir.empty() ? "." : dir) + ": cannot list the folder: " +
                                error.message() + "; check the owner and the mode"};
  }
  std::sort(out.begin(), out.end(),
            [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
  return out;
}

bool is_dir(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path.empty() ? "." : path, ignored);
}

std::string join(const std::string& dir, std::string_view name) {
  std::string out = dir;
  if (!out.empty() && out.back() != '/') out += '/';
  return out.append(name);
}

bool is_glob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

Result<std::vector<std::string>> glob(const std::string& pattern) {
  std::vector<std::string> segments;
  std::size_t at = std::min(pattern.find_first_not_of('/'), pattern.size());
  std::string base = pattern.substr(0, at == 0 ? 0 : 1);
  while (at < pattern.size()) {
    std::size_t end = std::min(pattern.find('/', at), pattern.size());
    segments.push_back(pattern.substr(at, end - at));
    at = std::min(pattern.find_first_not_of('/', end), pattern.size());
  }
  std::vector<std::string> out;
  CORPUS_CHECK(expand(base, segments, out));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace corpus::io
