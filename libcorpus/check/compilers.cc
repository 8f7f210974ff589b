#include "check/compilers.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "json/escape.h"

namespace corpus::check {
namespace {

// Prints "number line message" for each text that breaks a rule; the last line says that all were
// looked at.
constexpr std::string_view kPythonBefore = R"(import ast, textwrap, warnings
warnings.simplefilter('ignore')
)";
constexpr std::string_view kPythonBehind = R"(
for number, text in enumerate(texts):
    try:
        ast.parse(textwrap.dedent(text.expandtabs() if text[:1] in ' \t' else text))
    except SyntaxError as error:
        print(number, error.lineno or 0, ' '.join(str(error.msg).split())[:120])
    except (ValueError, RecursionError, MemoryError) as error:
        print(number, -1, type(error).__name__)
print('all', len(texts))
)";

constexpr SandboxLimits kPythonLimits{
    .wall = std::chrono::milliseconds(60'000), .cpu_seconds = 60, .output = 4 << 20};
constexpr SandboxLimits kCppLimits{
    .wall = std::chrono::milliseconds(20'000), .cpu_seconds = 20, .memory = std::size_t{2} << 30};

// "12 rest" -> 12, and `text` becomes "rest".
bool take_number(std::string_view& text, long* out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return true;
}

// False when Python did not come to the end of them.
bool read_verdicts(std::string_view output, std::span<Parsed> out) {
  if (!output.ends_with("all " + std::to_string(out.size()) + '\n')) return false;
  for (Parsed& parsed : out) parsed = {Parsed::Verdict::kParses, {}};
  for (std::size_t end; (end = output.find('\n')) != std::string_view::npos;
       output.remove_prefix(end + 1)) {
    std::string_view line = output.substr(0, end);
    long number = 0, at = 0;
    if (!take_number(line, &number) || !take_number(line, &at)) continue;
    if (number < 0 || number >= static_cast<long>(out.size())) return false;
    Parsed& parsed = out[static_cast<std::size_t>(number)];
    parsed.verdict = at < 0 ? Parsed::Verdict::kUnknown : Parsed::Verdict::kBroken;
    parsed.why =
        at < 0 ? std::string(line) : "line " + std::to_string(at) + ": " + std::string(line);
  }
  return true;
}

Result<void> parse_some(const Sandbox& sandbox, std::span<const std::string> texts,
                        std::span<Parsed> out) {
  std::string program(kPythonBefore);
  program += "texts = [";
  for (const auto& text : texts) {
    json::append_quoted(program, text);
    program += ",\n";
  }
  program.append("]").append(kPythonBehind);
  CORPUS_TRY(auto run, sandbox.run(program, kPythonLimits));
  if (run.end == SandboxRun::End::kExited && run.status == 0 && read_verdicts(run.output, out))
    return {};
  if (texts.size() == 1) {
    out[0] = {Parsed::Verdict::kUnknown, "the parser ended by " + run.describe()};
    return {};
  }
  // One of them ended the parser: which one is found by halves.
  std::size_t half = texts.size() / 2;
  CORPUS_CHECK(parse_some(sandbox, texts.first(half), out.first(half)));
  return parse_some(sandbox, texts.subspan(half), out.subspan(half));
}

}  // namespace

Result<void> parse_python(const Sandbox& sandbox, std::span<const std::string> texts,
                          std::vector<Parsed>& out) {
  out.assign(texts.size(), {});
  if (texts.empty()) return {};
  return parse_some(sandbox, texts, out);
}

// The compiler proper: g++ itself starts processes, which the sandbox does not allow.
Result<CppParser> CppParser::find() {
  namespace fs = std::filesystem;
  CppParser out;
  std::string best, triple;
  for (const char* root : {"/usr/lib/gcc", "/usr/libexec/gcc"}) {
    std::error_code error;
    for (const auto& target : fs::directory_iterator(root, error)) {
      std::error_code inner;
      for (const auto& version : fs::directory_iterator(target.path(), inner)) {
        fs::path compiler = version.path() / "cc1plus";
        if (!fs::exists(compiler, inner) || compiler.string() <= best) continue;
        best = compiler.string();
        triple = target.path().filename().string();
      }
    }
  }
  if (best.empty())
    return Error{Code::kUnsupported,
                 "there is no g++ below /usr/lib/gcc: install it, or leave cpp out of languages"};
  out.command_ = {best, "-quiet",         "-fsyntax-only", "-std=gnu++20",
                  "-w", "-fmax-errors=1", "-imultiarch",   triple,
                  "-o", "/tmp/none"};
  return out;
}

Result<Parsed> CppParser::parse(const Sandbox& sandbox, const std::string& text) const {
  using Verdict = Parsed::Verdict;
  if (text.find("#include") == std::string::npos)
    return Parsed{Verdict::kUnknown, "includes nothing"};
  CORPUS_TRY(auto run, sandbox.run(command_, text, kCppLimits));
  if (run.end != SandboxRun::End::kExited)
    return Parsed{Verdict::kUnknown, "the parser ended by " + run.describe()};
  if (run.status == 0) return Parsed{Verdict::kParses, {}};
  // /program.py:3:7: error: expected ';' before '}' token
  std::string_view output = run.output;
  constexpr std::string_view kFile = "/program.py:", kError = ": error: ",
                             kFatal = ": fatal error: ";
  for (std::size_t end; (end = output.find('\n')) != std::string_view::npos;
       output.remove_prefix(end + 1)) {
    std::string_view line = output.substr(0, end);
    if (std::size_t at = line.find(kFatal); at != std::string_view::npos) {
      return Parsed{Verdict::kUnknown, std::string(line.substr(at + kFatal.size()))};
    }
    std::size_t at = line.find(kError);
    if (at == std::string_view::npos) continue;
    long number = 0;
    std::string_view place =
        line.starts_with(kFile) ? line.substr(kFile.size()) : std::string_view();
    take_number(place, &number);
    return Parsed{Verdict::kBroken, "line " + std::to_string(number) + ": " +
                                        std::string(line.substr(at + kError.size()))};
  }
  return Parsed{Verdict::kUnknown, "the compiler gave no reason: " + run.describe()};
}

}  // namespace corpus::check
