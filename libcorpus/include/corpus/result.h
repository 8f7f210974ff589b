// Result<T>: a value or an Error. No exceptions cross a libcorpus header.
//
// Each layer adds its context once, outermost first: `shard-7.jsonl.zst: byte 81234: zstd frame
// truncated`. A bad *record* is never an Error: it is a Record with a drop reason (record.h). An
// Error means the stream, the options or the machine failed and the caller has to act.
//
// Threads: plain values, no shared state. The method names are a subset of std::expected's, so
// that the type can be replaced by it once every supported compiler has C++23.
#ifndef CORPUS_RESULT_H_
#define CORPUS_RESULT_H_

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace corpus {

// One code for each thing a caller would do differently. Pinned: the C API returns the same numbers.
enum class Code : std::int32_t {
  kOk = 0,
  kInvalidArgument = 1,  // an option, recipe or call is wrong; the message names it
  kNotFound = 2,         // an input, record or component does not exist
  kIo = 3,               // the operating system refused a read, write, fsync or rename
  kCorrupt = 4,          // bytes on disk are not what their format promises
  kLimit = 5,            // a stated limit (memory, window, depth, size) would be exceeded
  kCancelled = 6,        // cancellation was asked for; the state on disk can be resumed
  kUnsupported = 7,      // well formed, but not something this build can do
};

struct Error {
  Code code = Code::kOk;
  std::string message;

  // Puts `where` before the message: context("a.jsonl").message == "a.jsonl: <message>".
  [[nodiscard]] Error context(std::string_view where) && {
    message.insert(0, ": ");
    message.insert(0, where);
    return std::move(*this);
  }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return *std::get_if<1>(&state_); }
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) { assert(error_.code != Code::kOk); }  // NOLINT

  bool has_value() const { return error_.code == Code::kOk; }
  explicit operator bool() const { return has_value(); }
  Error& error() & { return error_; }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
};

}  // namespace corpus

#define CORPUS_CONCAT_(a, b) a##b
#define CORPUS_CONCAT(a, b) CORPUS_CONCAT_(a, b)

// CORPUS_TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s Error.
#define CORPUS_TRY(decl, ...) CORPUS_TRY_(CORPUS_CONCAT(corpus_try_, __LINE__), decl, __VA_ARGS__)
#define CORPUS_TRY_(tmp, decl, ...)             \
  auto tmp = (__VA_ARGS__);                     \
  if (!tmp) return std::move(tmp).error();      \
  decl = *std::move(tmp)

// CORPUS_CHECK(f()): the enclosing function returns f()'s Error if it has one.
#define CORPUS_CHECK(...) CORPUS_CHECK_(CORPUS_CONCAT(corpus_try_, __LINE__), __VA_ARGS__)
#define CORPUS_CHECK_(tmp, ...) \
  if (auto tmp = (__VA_ARGS__); !tmp) return std::move(tmp).error()

#endif  // CORPUS_RESULT_H_
