// corpus dedup explain: the two texts of a duplicate, side by side.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "commands.h"
#include "common/terminal.h"
#include "corpus/duplicates.h"
#include "dedup.h"

namespace corpus::cli {
namespace {

constexpr int kLeast = 40, kMost = 240;  // columns

// On a terminal $COLUMNS, else what standard error knows.
int page_width() {
  const char* given = std::getenv("COLUMNS");
  int width = given != nullptr ? std::atoi(given) : 0;
  if (width <= 0) width = stderr_is_terminal() ? stderr_width() : 100;
  return std::clamp(width, kLeast, kMost);
}

// Bytes of the character at `at`, and the columns it takes: 2 for most of East Asia, 0 for what a
// terminal would act upon.
struct Glyph {
  std::size_t bytes;
  int columns;
};
Glyph glyph(std::string_view text, std::size_t at) {
  auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {1, lead < 0x20 || lead == 0x7F ? 0 : 1};
  std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  size = std::min(size, text.size() - at);
  bool wide = lead >= 0xE3 && lead != 0xEF && !(lead == 0xEE);
  return {size, wide ? 2 : 1};
}

// Lines of at most `width` columns, broken at spaces where there are some.
std::vector<std::string> fold(std::string_view text, int width) {
  std::vector<std::string> out;
  std::string line;
  int columns = 0;
  std::size_t space = std::string::npos;  // in `line`
  auto end_line = [&](std::string rest) {
    out.push_back(std::move(line));
    line = std::move(rest);
    columns = 0;
    for (std::size_t i = 0; i < line.size();) {
      Glyph g = glyph(line, i);
      columns += g.columns;
      i += g.bytes;
    }
    space = std::string::npos;
  };
  for (std::size_t at = 0; at < text.size();) {
    Glyph g = glyph(text, at);
    if (text[at] == '\n') {
      end_line({});
    } else if (g.columns != 0 || text[at] == '\t') {
      if (columns + std::max(g.columns, 1) > width) {
        std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
        if (space != std::string::npos) line.resize(space);
        end_line(std::move(rest));
      }
      if (text[at] == ' ' || text[at] == '\t') space = line.size();
      line.append(text[at] == '\t' ? " " : text.substr(at, g.bytes));
      columns += std::max(g.columns, 1);
    }
    at += g.bytes;
  }
  out.push_back(std::move(line));
  return out;
}

int columns_of(std::string_view line) {
  int columns = 0;
  for (std::size_t i = 0; i < line.size();) {
    Glyph g = glyph(line, i);
    columns += g.columns;
    i += g.bytes;
  }
  return columns;
}

std::string column(const DuplicateRecord& record, std::string_view what) {
  std::string out(what);
  out += ": " + record.input + " " + record.position;
  if (!record.id.empty()) out += " (id " + record.id + ")";
  return out;
}

// Both with a mark between them where they differ.
void add_rows(std::string& out, std::string_view left, std::string_view right, int width) {
  auto a = fold(left, width), b = fold(right, width);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string& l = i < a.size() ? a[i] : std::string();
    const std::string& r = i < b.size() ? b[i] : std::string();
    out += l;
    out.append(static_cast<std::size_t>(std::max(0, width - columns_of(l))), ' ');
    out += l == r ? "   " : " | ";
    out += r;
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }
}

std::string similarity(const Duplicate& d) {
  std::string out;
  for (const char* key : {"estimate", "jaccard"}) {
    if (const Value* v = d.evidence.find(key)) {
      out += std::string(", ") + (key[0] == 'e' ? "similarity about " : "computed ") + v->to_json();
    }
  }
  return out;
}

using Text = std::pair<std::string, std::string>;

// What stands beside each other: fields of the same name, then fields of the same text, then, as the
// two records may have other names for them, what is left in its order. Null: nothing.
std::vector<std::pair<const Text*, const Text*>> pairs(const std::vector<Text>& left,
                                                       const std::vector<Text>& right) {
  std::vector<const Text*> beside(left.size());
  std::vector<bool> used(right.size());
  auto match = [&](auto&& fits) {
    for (std::size_t i = 0; i < left.size(); ++i) {
      for (std::size_t k = 0; k < right.size() && beside[i] == nullptr; ++k) {
        if (used[k] || !fits(left[i], right[k])) continue;
        used[k] = true;
        beside[i] = &right[k];
      }
    }
  };
  match([](const Text& l, const Text& r) { return l.first == r.first; });
  match([](const Text& l, const Text& r) { return l.second == r.second; });
  match([](const Text&, const Text&) { return true; });
  std::vector<std::pair<const Text*, const Text*>> out;
  for (std::size_t i = 0; i < left.size(); ++i) out.emplace_back(&left[i], beside[i]);
  for (std::size_t k = 0; k < right.size(); ++k) {
    if (!used[k]) out.emplace_back(nullptr, &right[k]);
  }
  return out;
}

std::string page(const Duplicate& d) {
  int width = (page_width() - 3) / 2;
  std::string out = d.reason + " (" + d.method + similarity(d) + ")\n\n";
  add_rows(out, column(d.dropped, "dropped"), column(d.stays, "stays"), width);
  if (d.stays.json.empty()) {
    out += "\nThe record that stays is not in this corpus; its text is where it came from.\n";
  } else if (!d.stays_was_dropped.empty()) {
    out += "\nThe record that stayed for it was dropped later: " + d.stays_was_dropped + '\n';
  }
  for (auto [l, r] : pairs(d.dropped.texts, d.stays.texts)) {
    static const Text kNone;
    if (l == nullptr) l = &kNone;
    if (r == nullptr) r = &kNone;
    out += '\n';
    add_rows(out, l->first.empty() ? "" : "[" + l->first + "]",
             r->first.empty() ? "" : "[" + r->first + "]", width);
    add_rows(out, l->second, r->second, width);
  }
  return out;
}

}  // namespace

Result<int> explain(const Args& args) {
  if (args.words.size() != 3) {
    return Error{Code::kInvalidArgument,
                 "name a corpus and a record that it dropped: corpus dedup explain OUT ID"};
  }
  auto found = explain_duplicate(args.words[1], args.words[2]);
  if (!found) {
    if (found.error().code != Code::kNotFound) return std::move(found).error();
    std::fprintf(stderr, "corpus dedup: %s\n", found.error().message.c_str());
    return kNo;
  }
  return print(args.has("json") ? found->to_value().to_json() + '\n' : page(*found));
}

}  // namespace corpus::cli
