#include "check/run_tests.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "text/utf8.h"

namespace corpus::check {

Result<Tests> Tests::parse(const std::string& tests, const std::string& setup,
                           const std::string& entry_point, std::chrono::milliseconds wall) {
  Tests out;
  out.wall_ = wall;
  CORPUS_TRY(auto whole, json::Field::parse(tests));
  out.tests_.push_back(std::move(whole));
  for (std::size_t i = 0; i < kMostTests; ++i) {
    CORPUS_TRY(auto element, json::Field::parse(tests + '/' + std::to_string(i)));
    out.tests_.push_back(std::move(element));
  }
  if (!setup.empty()) {
    CORPUS_TRY(out.setup_, json::Field::parse(setup));
  }
  if (!entry_point.empty()) {
    CORPUS_TRY(out.entry_point_, json::Field::parse(entry_point));
  }
  return out;
}

Result<Tests::Outcome> Tests::run(const Sandbox& sandbox, std::string_view record,
                                  std::string_view program, Scratch& scratch) const {
  std::string text(program);
  text += '\n';
  if (setup_) {
    if (auto code = setup_->find(record, scratch.json)) text.append(*code).append("\n");
  }
  bool any = false;
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    auto test = tests_[i].find(record, scratch.json);
    if (!test && i == 0) continue;  // an array, maybe
    if (!test) break;
    any = true;
    text.append(*test).append("\n");
    if (i == 0) break;
  }
  if (!any) return Outcome{};
  if (entry_point_) {
    auto name = entry_point_->find(record, scratch.json);
    if (!name) return Outcome{};
    text.append("check(").append(*name).append(")\n");
  }
  // A program that ends itself early has passed nothing: only one that comes to its end says this
  // word, which depends on all of it, so that it cannot have been written down in it.
  std::string word = hex(hash128(text));
  text.append("print('\\n").append(word).append("')\n");
  SandboxLimits limits;
  limits.wall = wall_;
  limits.cpu_seconds = static_cast<int>(std::max<std::int64_t>(1, wall_.count() / 1000 + 1));
  CORPUS_TRY(auto run, sandbox.run(text, limits));
  Outcome out{.ran = true, .passed = false, .why = {}};
  out.passed = run.end == SandboxRun::End::kExited && run.status == 0 &&
               run.output.ends_with('\n' + word + '\n');
  if (out.passed) return out;
  if (run.end == SandboxRun::End::kExited && run.status == 0) {
    out.why = "ended early";
  } else if (run.end == SandboxRun::End::kExited) {
    std::string_view last = text::trim(run.output);
    last = last.substr(last.rfind('\n') + 1);
    out.why = std::string(last.substr(0, std::min<std::size_t>(last.size(), 120)));
    if (out.why.empty()) out.why = run.describe();
  } else {
    out.why = run.describe();
  }
  return out;
}

}  // namespace corpus::check
