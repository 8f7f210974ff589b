#include "progress.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "common/terminal.h"

namespace corpus::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kRedraw{200};   // five times a second
constexpr milliseconds kSilence{400};  // a run that is over by then shows no bar at all
constexpr seconds kPlainEvery{10};
constexpr int kWidestBar = 32, kNarrowestBar = 8;

// Rounded: the line changes five times a second, and nobody reads the digits.
std::string rough_count(std::uint64_t n) {
  char buffer[32];
  if (n < 1'000'000) return grouped(n);
  bool billions = n >= 1'000'000'000;
  std::snprintf(buffer, sizeof buffer, "%.2f %c", double(n) / (billions ? 1e9 : 1e6),
                billions ? 'G' : 'M');
  return buffer;
}
std::string rough_duration(double time) {
  return time < 59.5 ? std::to_string(static_cast<int>(time + 0.5)) + " s" : duration(time);
}

std::string right(std::string s, std::size_t width) {
  return s.size() < width ? std::string(width - s.size(), ' ') + s : s;
}

// A part of the line; those of the highest rank are left out first.
struct Part {
  int rank;
  std::string text;
};

int width_of(const std::vector<Part>& parts) {
  int n = 0;
  for (const auto& part : parts) n += static_cast<int>(part.text.size()) + (n != 0 ? 2 : 0);
  return n;
}

}  // namespace

std::string progress_line(const Progress& p, double took, std::uint64_t done, std::uint64_t text,
                          int width, bool bar) {
  std::vector<Part> parts;
  bool known = p.bytes_total > 0;
  double share = known ? std::min(1.0, double(p.bytes_done) / double(p.bytes_total)) : 0;
  if (p.passes > 1) {
    parts.push_back({3, "pass " + std::to_string(p.pass) + '/' + std::to_string(p.passes)});
  }
  if (known) {
    parts.push_back({0, right(std::to_string(static_cast<int>(100 * share)) + '%', 4)});
  } else {
    parts.push_back({0, bytes(double(p.bytes_text))});
  }
  if (took > 0) parts.push_back({1, right(bytes(double(text) / took) + "/s", 10)});
  parts.push_back({4, rough_count(p.records) + " records"});
  parts.push_back({5, percent(double(p.dropped), double(p.records)) + " dropped"});
  if (known && done > 0 && took > 0) {
    double pace = took / double(done);
    double left = double(p.bytes_total) * (1 - share) + double(p.bytes_total) * (p.passes - p.pass);
    parts.push_back({2, "ETA " + rough_duration(std::max(0.0, left * pace))});
  }
  int room = bar && known ? kNarrowestBar + 4 : 0;  // brackets and a gap
  while (parts.size() > 1 && width_of(parts) + room > width) {
    parts.erase(std::max_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.rank < b.rank; }));
  }
  std::string line;
  int spare = width - width_of(parts) - 4;
  if (bar && known && spare >= kNarrowestBar) {
    int cells = std::min(spare, kWidestBar);
    int full = static_cast<int>(share * cells);
    line = '[' + std::string(static_cast<std::size_t>(full), '#') +
           std::string(static_cast<std::size_t>(cells - full), '.') + ']';
  }
  for (const auto& part : parts) line += (line.empty() ? "" : "  ") + part.text;
  if (static_cast<int>(line.size()) > width) line.resize(static_cast<std::size_t>(width));
  return line;
}

void ProgressLine::begin_pass(const Progress& p) {
  pass_ = p.pass;
  seconds_at_start_ = p.seconds;
  done_at_start_ = p.bytes_done;
  text_at_start_ = p.bytes_text;
}

void ProgressLine::update(const Progress& p) {
  if (style_ == ProgressStyle::kNone) return;
  if (p.pass != pass_) begin_pass(p);
  auto now = Clock::now();
  bool bar = style_ == ProgressStyle::kBar;
  if (bar ? now - shown_ < kRedraw || now - started_ < kSilence : now - shown_ < kPlainEvery)
    return;
  shown_ = now;
  std::string line =
      progress_line(p, p.seconds - seconds_at_start_, p.bytes_done - done_at_start_,
                    p.bytes_text - text_at_start_, bar ? stderr_width() - 1 : 1000, bar);
  std::fprintf(stderr, bar ? "\r%s\x1b[K" : "corpus: %s\n", line.c_str());
  std::fflush(stderr);
  drawn_ = bar;
}

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace corpus::cli
