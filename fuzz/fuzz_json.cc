// Index, cursor, escapes: never past the end of the text, and every variant of a kernel agrees.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "corpus/arena.h"
#include "json/cursor.h"
#include "json/escape.h"
#include "json/index.h"
#include "json/pointer.h"
#include "json/unescape.h"
#include "simd/cpu.h"
#include "simd/unescape.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// The bytes with exactly the padding that the contracts ask for.
std::unique_ptr<char[]> padded(const std::uint8_t* data, std::size_t size) {
  std::unique_ptr<char[]> out(new char[size + 64]);
  if (size != 0) std::memcpy(out.get(), data, size);
  std::memset(out.get() + size, '\\', 64);
  return out;
}

void check_kernels(const char* s, std::size_t size) {
  namespace simd = corpus::simd;
  std::string a(size + 64, '\0'), b(size + 64, '\0');
  auto want = simd::unescape_scalar(s, size, a.data());
  auto same = [&](simd::Unescaped got) {
    require(got.ok == want.ok);
    if (!want.ok) return;
    require(got.size == want.size && got.lone_surrogate == want.lone_surrogate);
    require(std::memcmp(a.data(), b.data(), want.size) == 0);
  };
  same(simd::unescape(s, size, b.data()));
  if (simd::has_avx2()) same(simd::unescape_avx2(s, size, b.data()));
  if (simd::has_avx512()) same(simd::unescape_avx512(s, size, b.data()));
  if (simd::has_vbmi2()) same(simd::unescape_vbmi2(s, size, b.data()));
  require(simd::check_escapes(s, size).ok == want.ok);
}

void check_round_trip(std::string_view text) {
  std::string quoted;
  corpus::json::append_quoted(quoted, text);
  std::size_t size = quoted.size() - 2;
  quoted.append(64, '"');
  corpus::Arena arena;
  std::string_view back;
  bool lone = false;
  require(corpus::json::unescape({quoted.data() + 1, size}, arena, &back, &lone));
  require(back == text && !lone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > UINT32_MAX) return 0;
  auto bytes = padded(data, size);
  check_kernels(bytes.get(), size);
  check_round_trip({bytes.get(), size});

  corpus::json::Index index;
  if (index.build(bytes.get(), size) != corpus::json::Fault::kNone) return 0;
  corpus::json::Cursor cursor(bytes.get(), index.tokens(), static_cast<std::uint32_t>(size));
  corpus::json::Cursor again = cursor;
  bool lone = false;
  if (cursor.check(64, &lone) == corpus::json::Fault::kNone) {
    again.skip();
    require(again.token() == cursor.token());
    for (const char* text : {"/a", "/0", "/a/b/1", "/messages/0/content"}) {
      corpus::json::Cursor at(bytes.get(), index.tokens(), static_cast<std::uint32_t>(size));
      if (corpus::json::Pointer::parse(text)->find(at)) at.skip();
    }
  }
  return 0;
}
