#include "corpus/record.h"

#include <array>
#include <atomic>
#include <cassert>
#include <mutex>
#include <string>

namespace corpus {
namespace {

// Names live for ever, so that views of them can be handed out without a lock.
struct ReasonTable {
  static constexpr std::size_t kMax = 4096;
  std::array<std::string, kMax> names;
  std::atomic<std::size_t> count{1};
  std::mutex mutex;
};
ReasonTable& table() {
  static auto* t = new ReasonTable;
  return *t;
}

}  // namespace

Reason Reason::intern(std::string_view name) {
  auto& t = table();
  std::lock_guard lock(t.mutex);
  std::size_t n = t.count.load(std::memory_order_relaxed);
  for (std::size_t i = 1; i < n; ++i) {
    if (t.names[i] == name) return Reason(static_cast<std::uint16_t>(i));
  }
  assert(n < ReasonTable::kMax);
  t.names[n] = name;
  t.count.store(n + 1, std::memory_order_release);
  return Reason(static_cast<std::uint16_t>(n));
}

std::string_view Reason::name() const { return table().names[id_]; }
bool Reason::malformed() const { return name().starts_with("malformed."); }
std::size_t Reason::count() { return table().count.load(std::memory_order_acquire); }

std::string_view name(Role role) {
  static constexpr std::string_view kNames[] = {"text",      "system", "user", "assistant",
                                                "reasoning", "call",   "tool"};
  return kNames[static_cast<int>(role)];
}

std::string_view name(Shape shape) {
  static constexpr std::string_view kNames[] = {
      "unknown", "messages",   "sharegpt", "alpaca", "prompt_response", "question_answer", "text",
      "preference", "ranked", "tree",     "seed",   "choices",         "mapped"};
  return kNames[static_cast<int>(shape)];
}

}  // namespace corpus
