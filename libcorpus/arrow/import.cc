// Arrow arrays as JSON Lines.
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/arrow.h"
#include "json/escape.h"

namespace corpus::arrow {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::int64_t kMaxColumns = 10'000;

enum class Kind { kNull, kBool, kInteger, kFloat, kText, kLargeText, kViewText, kList, kLargeList, kFixedList, kStruct, kMap };

struct Type {
  Kind kind = Kind::kNull;
  int width = 0;         // bytes of a number; items of a fixed list
  bool is_signed = false;
  std::string name;      // JSON-quoted, with the colon: `"name":`
  std::vector<Type> children;
  std::unique_ptr<Type> dictionary;  // then this is the type of the index
};

Result<Type> type_of(const ArrowSchema& schema, const std::string& path, int depth);

Error unsupported(const std::string& path, std::string_view format) {
  return {Code::kUnsupported, "column " + path + ": Arrow type '" + std::string(format) +
                                  "' has no form in JSON; cast it to text or a number first"};
}

Result<void> children_of(const ArrowSchema& schema, Type& type, const std::string& path, int depth) {
  if (schema.n_children < 0 || schema.n_children > kMaxColumns) {
    return Error{Code::kLimit, "column " + path + ": " + std::to_string(schema.n_children) + " children"};
  }
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    std::string name = child.name != nullptr ? child.name : "";
    CORPUS_TRY(Type of_child, type_of(child, path.empty() ? name : path + '.' + name, depth + 1));
    type.children.push_back(std::move(of_child));
  }
  return {};
}

Result<Type> type_of(const ArrowSchema& schema, const std::string& path, int depth) {
  if (depth > kMaxDepth) return Error{Code::kLimit, "column " + path + ": nested deeper than 64"};
  Type type;
  json::append_quoted(type.name, schema.name != nullptr ? schema.name : "");
  type.name += ':';
  std::string_view format = schema.format != nullptr ? schema.format : "";
  auto number = [&](Kind kind, int width, bool is_signed) {
    type.kind = kind;
    type.width = width;
    type.is_signed = is_signed;
  };
  if (format == "n") type.kind = Kind::kNull;
  else if (format == "b") type.kind = Kind::kBool;
  else if (format == "c" || format == "C") number(Kind::kInteger, 1, format == "c");
  else if (format == "s" || format == "S") number(Kind::kInteger, 2, format == "s");
  else if (format == "i" || format == "I") number(Kind::kInteger, 4, format == "i");
  else if (format == "l" || format == "L") number(Kind::kInteger, 8, format == "l");
  else if (format == "f") number(Kind::kFloat, 4, true);
  else if (format == "g") number(Kind::kFloat, 8, true);
  else if (format == "u") type.kind = Kind::kText;
  else if (format == "U") type.kind = Kind::kLargeText;
  else if (format == "vu") type.kind = Kind::kViewText;
  else if (format == "+l") type.kind = Kind::kList;
  else if (format == "+L") type.kind = Kind::kLargeList;
  else if (format == "+s") type.kind = Kind::kStruct;
  else if (format == "+m") type.kind = Kind::kMap;
  else if (format.starts_with("+w:")) {
    type.kind = Kind::kFixedList;
    auto digits = format.substr(3);
    std::from_chars(digits.data(), digits.data() + digits.size(), type.width);
    if (type.width <= 0) return unsupported(path, format);
  } else {
    return unsupported(path, format);
  }
  if (schema.dictionary != nullptr) {
    if (type.kind != Kind::kInteger) return unsupported(path, format);
    CORPUS_TRY(Type values, type_of(*schema.dictionary, path, depth + 1));
    type.dictionary = std::make_unique<Type>(std::move(values));
    return type;
  }
  CORPUS_CHECK(children_of(schema, type, path, depth));
  bool one_child = type.kind == Kind::kList || type.kind == Kind::kLargeList || type.kind == Kind::kFixedList ||
                   type.kind == Kind::kMap;
  if (one_child && type.children.size() != 1) return Error{Code::kCorrupt, "column " + path + ": a list without items"};
  if (type.kind == Kind::kMap) {
    const Type& entry = type.children[0];
    bool text_keys = entry.kind == Kind::kStruct && entry.children.size() == 2 &&
                     (entry.children[0].kind == Kind::kText || entry.children[0].kind == Kind::kLargeText);
    if (!text_keys) return unsupported(path, "map with keys that are no text");
  }
  return type;
}

// How many buffers and children an array of the type must have: everything that print() relies on.
Result<void> check(const Type& type, const ArrowArray* array, int depth = 0) {
  auto bad = [](const char* what) { return Error{Code::kCorrupt, std::string("Arrow array: ") + what}; };
  if (array == nullptr || array->length < 0 || array->offset < 0) return bad("no or negative length");
  static constexpr int kBuffers[] = {0, 2, 2, 2, 3, 3, 2, 2, 2, 1, 1, 2};
  if (array->n_buffers < kBuffers[static_cast<int>(type.kind)]) return bad("too few buffers");
  if (type.dictionary) return check(*type.dictionary, array->dictionary, depth + 1);
  if (array->n_children != static_cast<std::int64_t>(type.children.size())) return bad("other children than its schema");
  for (std::size_t i = 0; i < type.children.size(); ++i) CORPUS_CHECK(check(type.children[i], array->children[i], depth + 1));
  return {};
}

template <typename T>
T at(const void* buffer, std::int64_t i) {
  T out;
  std::memcpy(&out, static_cast<const char*>(buffer) + i * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return out;
}

bool bit(const void* bitmap, std::int64_t i) { return (static_cast<const std::uint8_t*>(bitmap)[i / 8] >> (i % 8) & 1) != 0; }

bool is_null(const Type& type, const ArrowArray& array, std::int64_t i) {
  if (type.kind == Kind::kNull) return true;
  return array.null_count != 0 && array.n_buffers > 0 && array.buffers[0] != nullptr && !bit(array.buffers[0], i);
}

template <typename T>
void append_number(std::string& out, T value) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

std::int64_t integer(const Type& type, const ArrowArray& array, std::int64_t i) {
  const void* data = array.buffers[1];
  switch (type.width) {
    case 1: return type.is_signed ? at<std::int8_t>(data, i) : at<std::uint8_t>(data, i);
    case 2: return type.is_signed ? at<std::int16_t>(data, i) : at<std::uint16_t>(data, i);
    case 4: return type.is_signed ? std::int64_t{at<std::int32_t>(data, i)} : std::int64_t{at<std::uint32_t>(data, i)};
    default: return at<std::int64_t>(data, i);
  }
}

std::string_view text(const Type& type, const ArrowArray& array, std::int64_t i) {
  if (type.kind == Kind::kText) {
    auto begin = at<std::int32_t>(array.buffers[1], i), end = at<std::int32_t>(array.buffers[1], i + 1);
    return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<std::size_t>(end - begin)};
  }
  if (type.kind == Kind::kLargeText) {
    auto begin = at<std::int64_t>(array.buffers[1], i), end = at<std::int64_t>(array.buffers[1], i + 1);
    return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<std::size_t>(end - begin)};
  }
  // A view: 16 bytes, the text itself up to 12 of them, else prefix, buffer and offset.
  const char* view = static_cast<const char*>(array.buffers[1]) + 16 * i;
  auto size = at<std::int32_t>(view, 0);
  if (size <= 12) return {view + 4, static_cast<std::size_t>(size)};
  auto buffer = at<std::int32_t>(view, 2), offset = at<std::int32_t>(view, 3);
  return {static_cast<const char*>(array.buffers[2 + buffer]) + offset, static_cast<std::size_t>(size)};
}

void print(const Type& type, const ArrowArray& array, std::int64_t row, std::string& out);

void print_items(const Type& item, const ArrowArray& items, std::int64_t begin, std::int64_t end, std::string& out) {
  out += '[';
  for (std::int64_t i = begin; i < end; ++i) {
    if (i != begin) out += ',';
    print(item, items, i, out);
  }
  out += ']';
}

void print_struct(const Type& type, const ArrowArray& array, std::int64_t i, std::string& out) {
  out += '{';
  for (std::size_t child = 0; child < type.children.size(); ++child) {
    if (child != 0) out += ',';
    out += type.children[child].name;
    print(type.children[child], *array.children[child], i, out);
  }
  out += '}';
}

void print_map(const Type& type, const ArrowArray& array, std::int64_t begin, std::int64_t end, std::string& out) {
  const Type& entry = type.children[0];
  const ArrowArray& entries = *array.children[0];
  out += '{';
  for (std::int64_t i = begin; i < end; ++i) {
    if (i != begin) out += ',';
    print(entry.children[0], *entries.children[0], i + entries.offset, out);
    out += ':';
    print(entry.children[1], *entries.children[1], i + entries.offset, out);
  }
  out += '}';
}

void print(const Type& type, const ArrowArray& array, std::int64_t row, std::string& out) {
  std::int64_t i = row + array.offset;
  if (is_null(type, array, i)) {
    out += "null";
    return;
  }
  if (type.dictionary) return print(*type.dictionary, *array.dictionary, integer(type, array, i), out);
  switch (type.kind) {
    case Kind::kNull: break;
    case Kind::kBool: out += bit(array.buffers[1], i) ? "true" : "false"; break;
    case Kind::kInteger:
      if (type.width == 8 && !type.is_signed) {
        append_number(out, at<std::uint64_t>(array.buffers[1], i));
      } else {
        append_number(out, integer(type, array, i));
      }
      break;
    case Kind::kFloat: {
      double value = type.width == 4 ? double{at<float>(array.buffers[1], i)} : at<double>(array.buffers[1], i);
      if (!std::isfinite(value)) {
        out += "null";
      } else if (type.width == 4) {
        append_number(out, at<float>(array.buffers[1], i));
      } else {
        append_number(out, value);
      }
      break;
    }
    case Kind::kText:
    case Kind::kLargeText:
    case Kind::kViewText: json::append_quoted(out, text(type, array, i)); break;
    case Kind::kList:
      print_items(type.children[0], *array.children[0], at<std::int32_t>(array.buffers[1], i),
                  at<std::int32_t>(array.buffers[1], i + 1), out);
      break;
    case Kind::kLargeList:
      print_items(type.children[0], *array.children[0], at<std::int64_t>(array.buffers[1], i),
                  at<std::int64_t>(array.buffers[1], i + 1), out);
      break;
    case Kind::kFixedList:
      print_items(type.children[0], *array.children[0], i * type.width, (i + 1) * type.width, out);
      break;
    case Kind::kStruct: print_struct(type, array, i, out); break;
    case Kind::kMap:
      print_map(type, array, at<std::int32_t>(array.buffers[1], i), at<std::int32_t>(array.buffers[1], i + 1), out);
      break;
  }
}

class Reader {
 public:
  explicit Reader(ArrowArrayStream* stream) : stream_(*stream) { stream->release = nullptr; }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    if (stream_.release != nullptr) stream_.release(&stream_);
  }

  Result<void> begin() {
    ArrowSchema schema{};
    if (int error = stream_.get_schema(&stream_, &schema); error != 0) return failed(error);
    auto type = type_of(schema, "", 0);
    if (schema.release != nullptr) schema.release(&schema);
    if (!type) return std::move(type).error();
    if (type->kind != Kind::kStruct) return Error{Code::kUnsupported, "Arrow stream: rows that are no struct"};
    type_ = *std::move(type);
    bool turns = false;
    for (std::size_t i = 0; i < type_.children.size(); ++i) {
      const Type& child = type_.children[i];
      bool is_text = child.kind == Kind::kText || child.kind == Kind::kLargeText || child.kind == Kind::kViewText;
      if (child.name == "\"json\":" && is_text && !child.dictionary) json_ = static_cast<int>(i);
      turns |= child.name == "\"turns\":" && (child.kind == Kind::kList || child.kind == Kind::kLargeList);
    }
    if (!turns) json_ = -1;
    return {};
  }

  Result<bool> next(std::string& out) {
    ArrowArray array{};
    if (int error = stream_.get_next(&stream_, &array); error != 0) return failed(error);
    if (array.release == nullptr) return false;
    struct Release {
      ArrowArray* array;
      ~Release() { array->release(array); }
    } release{&array};
    CORPUS_CHECK(check(type_, &array));
    for (std::int64_t row = 0; row < array.length; ++row) {
      if (json_ >= 0) {
        const auto& column = *array.children[json_];
        std::int64_t i = row + array.offset + column.offset;
        const Type& type = type_.children[static_cast<std::size_t>(json_)];
        if (!is_null(type, column, i)) out += text(type, column, i);
      } else {
        print(type_, array, row, out);
      }
      out += '\n';
    }
    return true;
  }

 private:
  Error failed(int error) {
    const char* message = stream_.get_last_error != nullptr ? stream_.get_last_error(&stream_) : nullptr;
    return {Code::kIo, std::string("Arrow stream: ") + (message != nullptr ? message : std::strerror(error))};
  }

  ArrowArrayStream stream_;
  Type type_;
  int json_ = -1;  // the column that holds whole records
};

}  // namespace

Result<std::function<Result<bool>(std::string&)>> lines_of(ArrowArrayStream* stream) {
  if (stream == nullptr || stream->release == nullptr) {
    return Error{Code::kInvalidArgument, "Arrow stream: null, or already released"};
  }
  auto reader = std::make_shared<Reader>(stream);
  CORPUS_CHECK(reader->begin());
  return std::function<Result<bool>(std::string&)>([reader](std::string& out) { return reader->next(out); });
}

}  // namespace corpus::arrow
