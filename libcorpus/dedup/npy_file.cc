#include "dedup/npy_file.h"

#include <charconv>
#include <cstring>
#include <string_view>

namespace corpus {
namespace {

constexpr std::size_t kMostHeader = 65536;
constexpr std::uint64_t kMostColumns = 65536;

// What stands behind `'key':` in the header, a Python dict literal.
std::string_view value_of(std::string_view header, std::string_view key) {
  auto at = header.find("'" + std::string(key) + "':");
  if (at == header.npos) return {};
  header.remove_prefix(at + key.size() + 3);
  auto begin = header.find_first_not_of(' ');
  return begin == header.npos ? std::string_view() : header.substr(begin);
}

bool number(std::string_view& text, std::uint64_t& out) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '(' || text[0] == ',')) {
    text.remove_prefix(1);
  }
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return ec == std::errc();
}

}  // namespace

Result<NpyFile> NpyFile::open(const std::string& path) {
  auto wrong = [&](const char* what) {
    return Error{Code::kInvalidArgument,
                 path + ": " + what + "; write it with numpy.save(path, vectors.astype('float32'))"};
  };
  NpyFile out;
  CORPUS_TRY(out.file_, io::File::open_read(path));
  unsigned char start[12] = {};
  CORPUS_TRY(std::size_t n, out.file_.pread(start, sizeof start, 0));
  if (n < sizeof start || std::memcmp(start, "\x93NUMPY", 6) != 0) return wrong("is no .npy file");
  bool old = start[6] == 1;
  if (start[6] < 1 || start[6] > 3) return wrong("has an unknown version");
  std::size_t length = start[8] | std::size_t{start[9]} << 8;
  if (!old) length |= std::size_t{start[10]} << 16 | std::size_t{start[11]} << 24;
  std::size_t head = old ? 10 : 12;
  if (length > kMostHeader) return wrong("has a header that is too long");
  std::string header(length, '\0');
  CORPUS_TRY(n, out.file_.pread(header.data(), length, head));
  if (n != length) return wrong("is cut off in its header");
  std::string_view type = value_of(header, "descr"), order = value_of(header, "fortran_order"),
                   shape = value_of(header, "shape");
  if (type.starts_with("'<f8'")) {
    out.size_ = 8;
  } else if (!type.starts_with("'<f4'")) {
    return wrong("does not hold float32 or float64");
  }
  if (!order.starts_with("False")) return wrong("is in Fortran order");
  if (!number(shape, out.rows_) || !number(shape, out.columns_) || out.columns_ == 0 ||
      out.columns_ > kMostColumns || (!shape.starts_with(")") && !shape.starts_with(",)"))) {
    return wrong("has not two dimensions (records, at most 65536 numbers)");
  }
  out.begin_ = head + length;
  CORPUS_TRY(std::uint64_t size, out.file_.size());
  if (size < out.begin_ || (size - out.begin_) / out.size_ / out.columns_ < out.rows_) {
    return wrong("is shorter than its shape says");
  }
  return out;
}

Result<void> NpyFile::read(std::uint64_t row, std::vector<float>& out) const {
  out.resize(columns_);
  std::uint64_t at = begin_ + row * columns_ * size_;
  std::size_t bytes = static_cast<std::size_t>(columns_) * size_;
  std::size_t n = 0;
  if (size_ == 4) {
    CORPUS_TRY(n, file_.pread(out.data(), bytes, at));
  } else {
    std::vector<double> wide(columns_);
    CORPUS_TRY(n, file_.pread(wide.data(), bytes, at));
    for (std::size_t i = 0; i < wide.size(); ++i) out[i] = static_cast<float>(wide[i]);
  }
  if (n == bytes) return {};
  return Error{Code::kIo, file_.name() + ": became shorter while it was read"};
}

}  // namespace corpus
