#include "common/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "common/tables.h"

namespace corpus::cli {
namespace {

template <typename... T>
std::string format(const char* pattern, T... values) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, pattern, values...);
  return buffer;
}

}  // namespace

std::string grouped(std::uint64_t n) {
  std::string out = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3) {
    out.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return out;
}

std::string counted(std::uint64_t n, std::string_view noun) {
  return grouped(n) + ' ' + std::string(noun) + (n == 1 ? "" : "s");
}

std::string bytes(double n) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  while (n >= 1000 && unit < 4) {
    n /= 1024;
    ++unit;
  }
  return format(unit == 0 || n >= 100 ? "%.0f %s"
                : n >= 10             ? "%.1f %s"
                                      : "%.2f %s",
                n, kUnits[unit]);
}

std::string duration(double seconds) {
  if (seconds < 9.995) return format("%.2f s", seconds);
  if (seconds < 59.95) return format("%.1f s", seconds);
  auto s = static_cast<long>(seconds + 0.5);
  if (s < 3600) return format("%ld:%02ld", s / 60, s % 60);
  return format("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

std::string percent(double part, double whole) {
  return format("%.1f %%", whole > 0 ? 100 * part / whole : 0.0);
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }

int stderr_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool stdout_is_gone() {
  pollfd p{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

std::string wrapped(std::string_view text, int width, int indent) {
  std::string out;
  int column = indent;
  while (!text.empty()) {
    auto end = text.find_first_of(" \n");
    std::string_view word = text.substr(0, end);
    bool fresh = column == indent;
    int needed = static_cast<int>(word.size()) + (fresh ? 0 : 1);
    if (!fresh && column + needed > width) {
      out += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
      column = indent;
      fresh = true;
      needed = static_cast<int>(word.size());
    }
    if (!fresh) out += ' ';
    out += word;
    column += needed;
    if (end == std::string_view::npos) break;
    if (text[end] == '\n') {
      out += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
      column = indent;
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<int> print(std::string_view text) {
  bool good = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (good && std::fflush(stdout) == 0) return kDone;
  if (errno == EPIPE) return kDone;
  return Error{Code::kIo, std::string("standard output: ") + std::strerror(errno)};
}

}  // namespace corpus::cli
