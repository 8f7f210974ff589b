#include "provenance/sources.h"

#include <algorithm>
#include <filesystem>

#include "io/file.h"

namespace corpus::policy {
namespace {

constexpr std::uint64_t kMaxTable = std::uint64_t{64} << 20;

// One spelling for each file, so that "./a" and "/data/a" can be compared. Links are followed.
std::string absolute(const std::string& path) {
  std::error_code failed;
  auto out = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : out.string();
}

void add_text(std::vector<std::string>& to, std::string text) {
  if (!text.empty()) to.push_back(std::move(text));
}

std::vector<std::string_view> split(std::string_view line, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    auto cut = line.find(at);
    out.push_back(line.substr(0, cut));
    if (cut == std::string_view::npos) return out;
    line.remove_prefix(cut + 1);
  }
}

void add_all(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

struct Columns {
  int file = -1, licence = -1, teacher = -1, owner = -1, url = -1, collected = -1;
};

Columns columns_of(const std::vector<std::string_view>& header) {
  auto find = [&](std::initializer_list<std::string_view> names) {
    for (auto name : names) {
      auto at = std::find(header.begin(), header.end(), name);
      if (at != header.end()) return static_cast<int>(at - header.begin());
    }
    return -1;
  };
  return {find({"file"}),          find({"licence_as_stated", "licence", "license"}),
          find({"teacher"}),       find({"owner"}),
          find({"url", "origin"}), find({"collected"})};
}

}  // namespace

bool path_match(std::string_view glob, std::string_view path) {
  // Recursion only at stars; a glob is written by the user and short.
  for (std::size_t g = 0, p = 0;; ++g, ++p) {
    if (g == glob.size()) return p == path.size();
    if (glob[g] == '*') {
      bool deep = g + 1 < glob.size() && glob[g + 1] == '*';
      std::string_view rest = glob.substr(g + (deep ? 2 : 1));
      if (deep && rest.starts_with('/') && path_match(rest.substr(1), path.substr(p))) return true;
      for (; p <= path.size(); ++p) {
        if (path_match(rest, path.substr(p))) return true;
        if (p < path.size() && path[p] == '/' && !deep) return false;
      }
      return false;
    }
    if (p == path.size() || (glob[g] != path[p] && !(glob[g] == '?' && path[p] != '/')))
      return false;
  }
}

Result<void> Sources::add_list(const Value* list) {
  if (list == nullptr || list->if_array() == nullptr) return {};
  for (const auto& item : *list->if_array()) {
    for (auto& glob : item.strings("files")) {
      Declaration d{.glob = std::move(glob)};
      d.terms.declared = true;
      d.terms.licences = item.strings("licence");
      d.terms.teachers = item.strings("teacher");
      add_text(d.terms.owners, item.get("owner", ""));
      add_text(d.terms.urls, item.get("url", ""));
      add_text(d.terms.collected, item.get("collected", ""));
      declarations_.push_back(std::move(d));
    }
  }
  return {};
}

Result<void> Sources::add_table(const std::string& path, const Phrases& phrases) {
  CORPUS_TRY(std::string text, io::read_all(path, kMaxTable));
  return add_table_text(text, path, phrases);
}

Result<void> Sources::add_table_text(std::string_view tsv, const std::string& path,
                                     const Phrases& phrases) {
  auto wrong = [&](std::size_t line, const std::string& what) {
    return Error{Code::kInvalidArgument, path + ":" + std::to_string(line) + ": " + what};
  };
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  Columns columns;
  std::size_t width = 0, number = 0;
  for (std::string_view line : split(tsv, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto cells = split(line, '\t');
    if (number == 1) {
      columns = columns_of(cells);
      width = cells.size();
      if (columns.file < 0 || columns.licence < 0 || columns.teacher < 0) {
        return wrong(1, "a table of sources needs the columns file, licence_as_stated and teacher");
      }
      continue;
    }
    if (line.empty()) continue;
    if (cells.size() > width) return wrong(number, "more cells than the header has columns");
    cells.resize(width);  // empty cells at the end may be left out
    auto cell = [&](int column) {
      return column < 0 ? std::string() : std::string(cells[static_cast<std::size_t>(column)]);
    };
    if (cell(columns.file).empty()) return wrong(number, "names no file");
    Declaration d{.path = absolute((folder / cell(columns.file)).string())};
    d.terms.declared = true;
    add_text(d.terms.licences, cell(columns.licence));
    d.terms.teachers = split_teachers(phrases, cell(columns.teacher));
    add_text(d.terms.owners, cell(columns.owner));
    add_text(d.terms.urls, cell(columns.url));
    add_text(d.terms.collected, cell(columns.collected));
    declarations_.push_back(std::move(d));
  }
  return {};
}

SourceTerms Sources::find(const std::string& input) const {
  SourceTerms out;
  std::string whole = absolute(input);
  for (const auto& d : declarations_) {
    bool matches =
        d.path.empty() ? path_match(d.glob, input) || path_match(d.glob, whole) : d.path == whole;
    if (!matches) continue;
    out.declared = true;
    add_all(out.licences, d.terms.licences);
    add_all(out.teachers, d.terms.teachers);
    add_all(out.owners, d.terms.owners);
    add_all(out.urls, d.terms.urls);
    add_all(out.collected, d.terms.collected);
  }
  return out;
}

}  // namespace corpus::policy
