#include "readers/paths.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "corpus/record.h"
#include "io/file.h"
#include "io/glob.h"
#include "parquet/files.h"
#include "readers/sniff.h"

namespace corpus::readers {
namespace {

bool is_corpus_name(std::string_view ext) {
  static constexpr std::string_view kKnown[] = {"jsonl", "ndjson", "json", "csv", "tsv", "txt"};
  return std::find(std::begin(kKnown), std::end(kKnown), ext) != std::end(kKnown);
}

Result<void> walk(const std::string& dir, std::vector<std::string>& out) {
  bool ours = io::exists(io::join(dir, "manifest.json"));
  CORPUS_TRY(auto entries, io::list_dir(dir));
  for (const auto& entry : entries) {
    if (entry.name.starts_with('.') || entry.name.ends_with(".tmp")) continue;
    if (ours && (entry.is_dir || !entry.name.starts_with("part-"))) continue;
    std::string path = io::join(dir, entry.name);
    if (entry.is_dir) {
      if (!entry.is_link) CORPUS_CHECK(walk(path, out));
      continue;
    }
    std::string ext = extension(entry.name);
    bool parquet = entry.name.ends_with(".parquet");
    if (parquet && !parquet::built()) {
      return Error{Code::kUnsupported, path + ": " + parquet::kNotBuilt +
                                           ", or name the files to read instead of the folder"};
    }
    if (parquet || is_corpus_name(ext)) out.push_back(path);
  }
  return {};
}

InputFile describe(const std::string& path) {
  std::error_code error;
  if (path == "-" || !std::filesystem::is_regular_file(path, error)) return {path, 0, true};
  return {path, std::filesystem::file_size(path, error), false};
}

}  // namespace

Result<std::vector<InputFile>> find_inputs(const std::vector<std::string>& paths) {
  if (paths.empty()) {
    return Error{Code::kInvalidArgument,
                 "no input: name files, folders, globs or - for standard input"};
  }
  std::vector<InputFile> out;
  bool have_stdin = false;
  auto add_folder = [&](const std::string& dir) -> Result<std::size_t> {
    std::vector<std::string> found;
    CORPUS_CHECK(walk(dir, found));
    std::sort(found.begin(), found.end());
    for (const auto& name : found) out.push_back(describe(name));
    return found.size();
  };
  for (const auto& path : paths) {
    if (path == "-") {
      if (std::exchange(have_stdin, true)) {
        return Error{Code::kInvalidArgument, "standard input (-) is named twice"};
      }
      out.push_back(describe(path));
    } else if (io::is_dir(path)) {
      CORPUS_TRY(std::size_t found, add_folder(path));
      if (found == 0) {
        return Error{Code::kInvalidArgument,
                     path +
                         ": no .jsonl, .ndjson, .json, .csv, .tsv or .txt file in this folder "
                         "(also .zst, .gz); name the files, or use a glob such as " +
                         io::join(path, "**/*.log")};
      }
    } else if (io::exists(path)) {
      out.push_back(describe(path));
    } else if (io::is_glob(path)) {
      CORPUS_TRY(auto matches, io::glob(path));
      std::size_t before = out.size();
      for (const auto& match : matches) {
        std::string_view name = std::string_view(match).substr(match.rfind('/') + 1);
        if (name.ends_with(".tmp")) continue;
        if (io::is_dir(match)) {
          CORPUS_CHECK(add_folder(match));
        } else {
          out.push_back(describe(match));
        }
      }
      if (out.size() == before) {
        return Error{Code::kInvalidArgument,
                     path + ": no file matches; check the pattern, and quote it for the shell"};
      }
    } else {
      return Error{Code::kNotFound, path + ": no such file or folder; check the path"};
    }
  }
  if (out.size() > std::size_t{1} << (64 - RecordPos::kOffsetBits)) {
    return Error{Code::kLimit, std::to_string(out.size()) +
                                   " input files are more than a run can number; pack them first"};
  }
  return out;
}

}  // namespace corpus::readers
