// Value: a small tree of options, as read from a recipe (YAML) or JSON text.
//
// Options of every component arrive as a Value that was already checked against the component's
// schema (schemas/<id>.json), so a factory reads it without checking again. Each node remembers the
// line it came from, so that later errors can name it. Plain value type; const methods are thread safe.
#ifndef CORPUS_VALUE_H_
#define CORPUS_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "corpus/result.h"

namespace corpus {

class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<std::pair<std::string, Value>>;  // in source order, keys unique

  Value() = default;  // null
  Value(bool v) : data_(v) {}                        // NOLINT: implicit
  Value(std::int64_t v) : data_(v) {}                // NOLINT: implicit
  Value(int v) : data_(std::int64_t{v}) {}           // NOLINT: implicit
  Value(double v) : data_(v) {}                      // NOLINT: implicit
  Value(std::string v) : data_(std::move(v)) {}      // NOLINT: implicit
  Value(const char* v) : data_(std::string(v)) {}    // NOLINT: implicit
  Value(Array v) : data_(std::move(v)) {}            // NOLINT: implicit
  Value(Object v) : data_(std::move(v)) {}           // NOLINT: implicit

  bool is_null() const { return data_.index() == 0; }
  const bool* if_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* if_int() const { return std::get_if<std::int64_t>(&data_); }
  const double* if_double() const { return std::get_if<double>(&data_); }
  const std::string* if_string() const { return std::get_if<std::string>(&data_); }
  const Array* if_array() const { return std::get_if<Array>(&data_); }
  const Object* if_object() const { return std::get_if<Object>(&data_); }
  Array* if_array() { return std::get_if<Array>(&data_); }
  Object* if_object() { return std::get_if<Object>(&data_); }

  // The member of that name, or null when this is no object or has none.
  const Value* find(std::string_view key) const;
  // Sets a member (replaces it in place); makes this an object when it is null.
  Value& set(std::string_view key, Value v);

  // Member with a default. Integers convert to double; "256MiB", "64k" and "4G" convert to integers
  // through bytes().
  bool get(std::string_view key, bool fallback) const;
  std::int64_t get(std::string_view key, std::int64_t fallback) const;
  std::int64_t get(std::string_view key, int fallback) const {
    return get(key, std::int64_t{fallback});
  }
  double get(std::string_view key, double fallback) const;
  std::string get(std::string_view key, std::string fallback) const;
  std::string get(std::string_view key, const char* fallback) const {
    return get(key, std::string(fallback));
  }
  std::vector<std::string> strings(std::string_view key) const;  // array of strings, or one string

  int line() const { return line_; }  // 1-based; 0 when not from a text
  void set_line(int line) { line_ = line; }

  std::string to_json() const;  // compact, members in their order, shortest round-trip numbers
  bool operator==(const Value& o) const { return data_ == o.data_; }  // lines do not count

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
  int line_ = 0;
};

// "1048576", "64k", "64KiB", "256MiB", "4G", "1.5 GiB": powers of 1024, any case.
Result<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace corpus

#endif  // CORPUS_VALUE_H_
