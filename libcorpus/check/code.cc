// check.code: does the code in an answer parse, and does it pass its tests?
//
// Code is what stands in ```python and ```cpp fences, or all of an answer whose language is given.
// Everything happens in the sandbox (corpus/sandbox.h), the parsing as well; where there is none,
// the component cannot be made, and says why. Python is parsed a batch at a time, in one process;
// C++ and tests take a process for each.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/compilers.h"
#include "check/run_tests.h"
#include "corpus/component.h"
#include "corpus/sandbox.h"
#include "json/escape.h"
#include "json/field.h"
#include "text/fences.h"

namespace corpus {
namespace {

using check::Parsed;
enum class Language : std::uint8_t { kNone, kPython, kCpp };

Language language_of(std::string_view info) {
  info = info.substr(0, info.find_first_of(" {,"));
  for (std::string_view name : {"python", "py", "python3", "Python"}) {
    if (info == name) return Language::kPython;
  }
  for (std::string_view name : {"cpp", "c++", "cc", "cxx", "C++", "CPP"}) {
    if (info == name) return Language::kCpp;
  }
  return Language::kNone;
}

// Sessions and notebook commands are Python for a reader.
bool is_session(std::string_view code) {
  for (std::string_view sign : {">>>", "$ ", "!", "%", "pip install", "In ["}) {
    if (code.starts_with(sign)) return true;
  }
  return code.find("\n>>> ") != std::string_view::npos ||
         code.find("\n!pip") != std::string_view::npos ||
         code.find("\n%") != std::string_view::npos;
}

struct Options {
  bool tag = true, python = true, cpp = true;
  Language whole = Language::kNone;  // of answers without fences
  std::optional<json::Field> answer;
  std::optional<check::Tests> tests;
};

// A piece of code of the batch at hand.
struct Piece {
  std::size_t record;
  Language language;
  std::string text;
  Parsed parsed;
};

class CheckCode final : public Map {
 public:
  CheckCode(Sandbox sandbox, std::optional<check::CppParser> cpp, Options options)
      : sandbox_(std::move(sandbox)), cpp_(std::move(cpp)), options_(std::move(options)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& m = static_cast<Memory&>(*state);
    m.pieces.clear();
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (!batch.records[i].drop) collect(batch.records[i], i, m);
    }
    CORPUS_CHECK(parse(m));
    for (std::size_t begin = 0, end; begin < m.pieces.size(); begin = end) {
      end = begin + 1;
      while (end < m.pieces.size() && m.pieces[end].record == m.pieces[begin].record) ++end;
      CORPUS_CHECK(judge(batch, std::span(m.pieces).subspan(begin, end - begin), m));
    }
    return {};
  }

 private:
  struct Memory : State {
    std::vector<Piece> pieces;
    std::vector<std::string> python;
    std::vector<Parsed> parsed;
    json::Field::Scratch answer;
    check::Tests::Scratch tests;
  };

  void collect(const Record& record, std::size_t i, Memory& m) const {
    if (options_.answer) {
      if (auto text = options_.answer->find(record.json, m.answer)) collect(*text, i, m);
      return;
    }
    for (const Turn& turn : record.turns) {
      if (turn.role == Role::kAssistant && turn.rank == 0) collect(turn.text, i, m);
    }
  }
  void collect(std::string_view text, std::size_t i, Memory& m) const {
    bool fenced = false;
    text::walk_fences(text, [&](std::string_view info, std::string_view body) {
      fenced = true;
      Language language = info.empty() ? options_.whole : language_of(info);
      add(language, body, i, m);
    });
    if (!fenced) add(options_.whole, text, i, m);
  }
  void add(Language language, std::string_view code, std::size_t i, Memory& m) const {
    bool wanted = (language == Language::kPython && options_.python && !is_session(code)) ||
                  (language == Language::kCpp && options_.cpp);
    if (wanted) m.pieces.push_back({i, language, std::string(code), {}});
  }

  Result<void> parse(Memory& m) const {
    m.python.clear();
    for (Piece& piece : m.pieces) {
      if (piece.language == Language::kPython) m.python.push_back(piece.text);
    }
    CORPUS_CHECK(check::parse_python(sandbox_, m.python, m.parsed));
    std::size_t next = 0;
    for (Piece& piece : m.pieces) {
      if (piece.language == Language::kPython) {
        piece.parsed = std::move(m.parsed[next++]);
      } else {
        CORPUS_TRY(piece.parsed, cpp_->parse(sandbox_, piece.text));
      }
    }
    return {};
  }

  // The worst of a record's pieces decides.
  Result<void> judge(Batch& batch, std::span<const Piece> pieces, Memory& m) const {
    const std::size_t record = pieces[0].record;
    const Piece* unknown = nullptr;
    std::string program;
    for (const Piece& piece : pieces) {
      if (piece.parsed.verdict == Parsed::Verdict::kBroken) {
        say(batch, record, "syntax", syntax_, piece.parsed.why);
        return {};
      }
      if (piece.parsed.verdict == Parsed::Verdict::kUnknown) unknown = &piece;
      if (piece.language == Language::kPython) program.append(piece.text).append("\n");
    }
    if (unknown != nullptr) {
      say(batch, record, "unverified", {}, unknown->parsed.why);
      return {};
    }
    if (options_.tests && !program.empty()) {
      CORPUS_TRY(auto outcome,
                 options_.tests->run(sandbox_, batch.records[record].json, program, m.tests));
      if (outcome.ran) {
        say(batch, record, outcome.passed ? "passed" : "failed", outcome.passed ? Reason() : tests_,
            outcome.why);
        return {};
      }
    }
    say(batch, record, "parses", {}, {});
    return {};
  }

  void say(Batch& batch, std::size_t i, std::string_view verdict, Reason reason,
           std::string_view why) const {
    if (!options_.tag) {
      if (!reason) return;
      batch.records[i].drop = reason;
    }
    std::string out = "{\"verdict\":";
    json::append_quoted(out, verdict);
    if (!why.empty()) {
      out += ",\"why\":";
      json::append_quoted(out, why);
    }
    batch.tag(i, "code", batch.arena.copy(out + '}'));
  }

  Sandbox sandbox_;
  std::optional<check::CppParser> cpp_;
  Options options_;
  Reason syntax_ = Reason::intern("check.code.syntax"), tests_ = Reason::intern("check.code.tests");
};

}  // namespace

Result<Stages> make_check_code(const Value& value, BuildContext&) {
  Options options;
  options.tag = value.get("action", "tag") == "tag";
  if (value.find("languages") != nullptr) {
    auto names = value.strings("languages");
    options.python = std::find(names.begin(), names.end(), "python") != names.end();
    options.cpp = std::find(names.begin(), names.end(), "cpp") != names.end();
  }
  std::string whole = value.get("whole", "");
  options.whole = whole == "python" ? Language::kPython
                  : whole == "cpp"  ? Language::kCpp
                                    : Language::kNone;
  if (std::string pointer = value.get("answer", ""); !pointer.empty()) {
    auto field = json::Field::parse(pointer);
    if (!field) return std::move(field).error().context("answer");
    options.answer = *std::move(field);
  }
  if (std::string pointer = value.get("tests", ""); !pointer.empty()) {
    auto tests = check::Tests::parse(
        pointer, value.get("setup", ""), value.get("entry_point", ""),
        std::chrono::milliseconds(static_cast<std::int64_t>(value.get("seconds", 10.0) * 1000)));
    if (!tests) return std::move(tests).error().context("tests");
    options.tests = *std::move(tests);
  }
  auto sandbox = Sandbox::open();
  if (!sandbox) return std::move(sandbox).error();
  std::optional<check::CppParser> cpp;
  if (options.cpp) {
    auto found = check::CppParser::find();
    if (!found) return std::move(found).error();
    cpp = *std::move(found);
  }
  return stages(
      std::make_unique<CheckCode>(*std::move(sandbox), std::move(cpp), std::move(options)));
}

}  // namespace corpus
