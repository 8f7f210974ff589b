// corpus trace: where a record came from.
#include <algorithm>
#include <cstdio>

#include "commands.h"
#include "common/terminal.h"
#include "corpus/lineage.h"
#include "job.h"

namespace corpus::cli {
namespace {

void line(std::string& out, std::string_view name, const std::string& text) {
  if (text.empty()) return;
  out += "     ";
  out += name;
  out.append(name.size() < 10 ? 10 - name.size() : 1, ' ');
  out += wrapped(text, 80, 15) + '\n';
}

std::string joined(const std::vector<std::string>& items, std::string_view between) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : std::string(between)) + item;
  return out;
}

void add_teachers(std::string& out, const Value& lineage) {
  const Value* list = lineage.find("teachers");
  if (list == nullptr || list->if_array() == nullptr) return line(out, "teacher", "not known");
  for (const auto& teacher : *list->if_array()) {
    std::string text = teacher.get("model", "");
    text += " (" + teacher.get("endpoint", "") + ")";
    auto by = teacher.strings("taught_by");
    if (!by.empty()) text += ", taught by " + joined(by, ", ");
    auto terms = teacher.strings("terms");
    if (!terms.empty()) text += ", terms " + joined(terms, ", ");
    line(out, "teacher", text);
  }
}

std::string told(const provenance::LineageStep& step, std::size_t number) {
  std::string out = "  " + std::to_string(number) + ". ";
  out += step.dir.empty() ? "a corpus that was not named" : step.dir;
  out += step.recipe.empty() ? "\n" : ", recipe " + step.recipe + '\n';
  line(out, "id", step.id);
  if (step.lineage.is_null()) {
    line(out, "lineage", "none was written");
    return out;
  }
  const Value& l = step.lineage;
  std::string from = "file " + std::to_string(l.get("file", 0));
  if (!step.input.is_null()) from = step.input.get("name", "");
  line(out, "from", from + ", byte " + std::to_string(l.get("at", 0)));
  line(out, "xxh3", l.get("xxh3", ""));
  line(out, "shape", l.get("shape", ""));
  line(out, "licence", joined(step.source.strings("licences"), "; "));
  line(out, "url", joined(step.source.strings("urls"), " "));
  line(out, "collected", joined(step.source.strings("collected"), "; "));
  add_teachers(out, l);
  line(out, "labelled", l.get("synthetic", ""));
  if (const Value* capture = l.find("capture")) line(out, "capture", capture->to_json());
  if (std::int64_t edits = l.get("edits", 0)) line(out, "edits", std::to_string(edits));
  return out;
}

}  // namespace

Result<int> trace(const Args& args) {
  if (args.words.empty()) {
    return Error{Code::kInvalidArgument, "name a record: corpus trace ID [CORPUS...]"};
  }
  std::string id = args.words[0];
  if (id.starts_with("id:")) id.erase(0, 3);
  std::vector<std::string> dirs(args.words.begin() + 1, args.words.end());
  if (dirs.empty()) dirs.emplace_back(".");
  auto found = provenance::trace(id, dirs);
  if (!found) {
    bool no_corpus = found.error().message.find("manifest.json") != std::string::npos;
    if (found.error().code != Code::kNotFound || no_corpus) return std::move(found).error();
    std::fprintf(stderr, "corpus trace: %s\n", found.error().message.c_str());
    return kNo;
  }
  if (args.has("json")) return print(found->to_value().to_json() + '\n');
  std::string out = "record " + std::to_string(found->number) + " of " + found->dir + '\n';
  if (found->steps.empty()) out += "  no lineage was written\n";
  for (std::size_t i = 0; i < found->steps.size(); ++i) out += told(found->steps[i], i + 1);
  return print(out);
}

}  // namespace corpus::cli
