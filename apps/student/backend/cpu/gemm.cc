#include "backend/cpu/gemm.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <cassert>
#include <map>
#include <tuple>

#include "backend/cpu/loops.h"
#include "tensor/bf16.h"

namespace student::cpu {
namespace {

constexpr std::int64_t kThin = 32;           // rows up to which a product is not worth packing
constexpr std::int64_t kTileFlops = 8 << 20; // below this a tile's fixed cost shows
constexpr std::size_t kMostPrimitives = 1024;

std::int64_t pieces(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

const Blocks& blocks_of(DType type) { return type == DType::kQ4_1 ? loops().q4_1 : loops().q8_0; }

// n cut into about `count` equal pieces, each a multiple of 16 where there is more than one.
std::int64_t cut(std::int64_t n, std::int64_t count) {
  return count <= 1 ? n : std::min(n, pieces(pieces(n, count), 16) * 16);
}

}  // namespace

struct Gemm::Tile {
  Tensor c, a, b, bias;
  bool trans_a, trans_b, accumulate;

  std::int64_t m() const { return c.rows; }
  std::int64_t n() const { return c.cols; }
  std::int64_t k() const { return trans_a ? a.rows : a.cols; }

  Tile part(std::int64_t row, std::int64_t rows, std::int64_t col, std::int64_t cols) const {
    Tile t = *this;
    t.c = c.row_range(row, rows).columns(col, cols);
    t.a = trans_a ? a.columns(row, rows) : a.row_range(row, rows);
    t.b = trans_b ? b.row_range(col, cols) : b.columns(col, cols);
    if (bias) t.bias = bias.columns(col, cols);
    return t;
  }
};

// oneDNN's compiled products by shape. Looked up by the caller of run() before the tiles start.
struct Gemm::Primitives {
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, int>;
  struct Entry {
    dnnl::matmul primitive;
    dnnl::memory::desc a, b, c, bias, scratch;
  };
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  std::map<Key, Entry> entries;

  static bool wide(const Tensor& x) { return x.type == DType::kF32; }
  static Key key_of(const Tile& t) {
    const int flags = t.trans_a | t.trans_b << 1 | t.accumulate << 2 | wide(t.c) << 3 | !!t.bias << 4 |
                      (t.bias && wide(t.bias)) << 5;
    return {t.m(), t.n(), t.k(), t.a.stride, t.b.stride, t.c.stride, flags};
  }
  const Entry& find(const Tile& t) const { return entries.find(key_of(t))->second; }

  void make(const Tile& t) {
    if (entries.count(key_of(t)) != 0) return;
    if (entries.size() >= kMostPrimitives) entries.clear();
    using dnnl::memory;
    const auto half = memory::data_type::bf16, full = memory::data_type::f32;
    Entry e;
    e.a = memory::desc({t.m(), t.k()}, half, t.trans_a ? memory::dims{1, t.a.stride} : memory::dims{t.a.stride, 1});
    e.b = memory::desc({t.k(), t.n()}, half, t.trans_b ? memory::dims{1, t.b.stride} : memory::dims{t.b.stride, 1});
    e.c = memory::desc({t.m(), t.n()}, wide(t.c) ? full : half, memory::dims{t.c.stride, 1});
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (t.accumulate) {
      dnnl::post_ops ops;
      ops.append_sum(1.0f);
      attr.set_post_ops(ops);
    }
    if (t.bias) e.bias = memory::desc({1, t.n()}, wide(t.bias) ? full : half, memory::dims{t.n(), 1});
    const auto desc = t.bias ? dnnl::matmul::desc(e.a, e.b, e.bias, e.c) : dnnl::matmul::desc(e.a, e.b, e.c);
    const dnnl::matmul::primitive_desc pd(desc, attr, engine);
    e.scratch = pd.scratchpad_desc();
    e.primitive = dnnl::matmul(pd);
    entries.emplace(key_of(t), std::move(e));
  }
};

void widen_row(float* to, const Tensor& x, std::int64_t row) {
  const void* from = x.row_range(row, 1).data;
  if (x.type == DType::kBF16) loops().bf16.load(to, static_cast<const bf16*>(from), x.cols);
  else blocks_of(x.type).load(to, from, x.cols);
}

void small_gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, float alpha,
                const float* a, std::int64_t lda, const float* b, std::int64_t ldb, bool accumulate, float* c,
                std::int64_t ldc) {
  const auto status = dnnl_sgemm(trans_a ? 'T' : 'N', trans_b ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb,
                                 accumulate ? 1.0f : 0.0f, c, ldc);
  assert(status == dnnl_success);
  (void)status;
}

Gemm::Gemm(Pool& pool) : pool_(pool), primitives_(std::make_unique<Primitives>()) {
#if defined(__x86_64__)
  native_bf16_ = __builtin_cpu_supports("avx512bf16") != 0;
#endif
}

Gemm::~Gemm() = default;

void Gemm::tile_f32(const Tile& t) {
  auto* c = static_cast<float*>(t.c.data);
  if (t.bias) {  // goes in as what is accumulated to
    for (std::int64_t i = 0; i < t.m(); ++i) {
      if (t.accumulate) loops().f32.add(c + i * t.c.stride, static_cast<const float*>(t.bias.data), t.n());
      else std::copy_n(static_cast<const float*>(t.bias.data), t.n(), c + i * t.c.stride);
    }
  }
  small_gemm(t.trans_a, t.trans_b, t.m(), t.n(), t.k(), 1, static_cast<const float*>(t.a.data), t.a.stride,
             static_cast<const float*>(t.b.data), t.b.stride, t.accumulate || t.bias, c, t.c.stride);
}

void Gemm::tile_widened(const Tile& t, Scratch& scratch) {
  const auto widen = [&](Tensor x, std::size_t slot) {
    if (x.type == DType::kF32) return x;
    float* to = scratch.floats(slot, static_cast<std::size_t>(x.elements()));
    for (std::int64_t i = 0; i < x.rows; ++i) widen_row(to + i * x.cols, x, i);
    return Tensor(to, DType::kF32, x.rows, x.cols);
  };
  Tile wide = t;
  wide.a = widen(t.a, 0);
  wide.b = widen(t.b, 1);
  if (t.bias) wide.bias = widen(t.bias, 2);
  if (t.c.type == DType::kF32) return tile_f32(wide);
  if (t.accumulate) wide.c = widen(t.c, 3);
  else wide.c = Tensor(scratch.floats(3, static_cast<std::size_t>(t.c.elements())), DType::kF32, t.m(), t.n());
  tile_f32(wide);
  for (std::int64_t i = 0; i < t.m(); ++i) {
    loops().bf16.store(static_cast<bf16*>(t.c.data) + i * t.c.stride,
                       static_cast<const float*>(wide.c.data) + i * wide.c.stride, t.n());
  }
}

void Gemm::tiles_bf16(const Tile& whole, std::int64_t tile_m, std::int64_t tile_n) {
  const std::int64_t across = pieces(whole.n(), tile_n), down = pieces(whole.m(), tile_m);
  const auto tile = [&](std::int64_t i) {
    const std::int64_t row = i / across * tile_m, col = i % across * tile_n;
    return whole.part(row, std::min(tile_m, whole.m() - row), col, std::min(tile_n, whole.n() - col));
  };
  // At most four shapes: whole tiles, the right edge, the lower edge, the corner. Made before the threads start;
  // should that evict others, none of these four is among them after the second look.
  for (int look = 0; look < 2; ++look) {
    for (const std::int64_t i : {std::int64_t{0}, across - 1, (down - 1) * across, down * across - 1}) {
      primitives_->make(tile(i));
    }
  }
  const Primitives& made = *primitives_;
  pool_.run(across * down, [&](std::int64_t i, Scratch& scratch) {
    const Tile t = tile(i);
    const Primitives::Entry& e = made.find(t);
    dnnl::stream stream(made.engine);
    const auto view = [&](const dnnl::memory::desc& desc, void* data) { return dnnl::memory(desc, made.engine, data); };
    std::unordered_map<int, dnnl::memory> args{
        {DNNL_ARG_SRC, view(e.a, t.a.data)},
        {DNNL_ARG_WEIGHTS, view(e.b, t.b.data)},
        {DNNL_ARG_DST, view(e.c, t.c.data)},
        {DNNL_ARG_SCRATCHPAD, view(e.scratch, scratch.bytes(4, e.scratch.get_size() + 64))}};
    if (t.bias) args.emplace(DNNL_ARG_BIAS, view(e.bias, t.bias.data));
    e.primitive.execute(stream, args);
  });
}

void Gemm::thin(Tensor c, Tensor a, Tensor b, bool accumulate, Tensor bias) {
  const std::int64_t k = a.cols;
  constexpr std::int64_t kBlock = 64;  // outputs of one task
  pool_.run(pieces(c.cols, kBlock), [&](std::int64_t task, Scratch& scratch) {
    const float* rows = static_cast<const float*>(a.data);
    std::int64_t lda = a.stride;
    if (a.type == DType::kBF16) {
      float* wide = scratch.floats(0, static_cast<std::size_t>(a.rows * k));
      for (std::int64_t i = 0; i < a.rows; ++i) widen_row(wide + i * k, a, i);
      rows = wide;
      lda = k;
    }
    const auto put = [&](std::int64_t i, std::int64_t j, float x) {
      if (bias) x += bias.type == DType::kF32 ? static_cast<const float*>(bias.data)[j]
                                              : from_bf16(static_cast<const bf16*>(bias.data)[j]);
      if (c.type == DType::kF32) {
        float& to = static_cast<float*>(c.data)[i * c.stride + j];
        to = accumulate ? to + x : x;
      } else {
        bf16& to = static_cast<bf16*>(c.data)[i * c.stride + j];
        to = to_bf16(accumulate ? from_bf16(to) + x : x);
      }
    };
    // from(j, n): rows j to j + n of b, ldw apart.
    const auto columns = [&](const auto& table, std::int64_t ldw, const auto& from) {
      const std::int64_t end = std::min(c.cols, (task + 1) * kBlock);
      std::int64_t j = task * kBlock;
      for (; j + 4 <= end; j += 4) {
        if (in_blocks(b.type) && c.rows == 1) {
          float out[4];
          blocks_of(b.type).dot4(out, rows, b.row_range(j, 4).data, k);
          for (int q = 0; q < 4; ++q) put(0, j + q, out[q]);
          continue;
        }
        const auto* w = from(j, 4);
        for (std::int64_t i = 0; i < c.rows; i += 4) {
          const int count = static_cast<int>(std::min<std::int64_t>(4, c.rows - i));
          float out[16];
          table.dot4(out, rows + i * lda, lda, count, w, ldw, k);
          for (int r = 0; r < count; ++r) {
            for (int q = 0; q < 4; ++q) put(i + r, j + q, out[r * 4 + q]);
          }
        }
      }
      for (; j < end; ++j) {
        const auto* w = from(j, 1);
        for (std::int64_t i = 0; i < c.rows; ++i) put(i, j, table.dot(rows + i * lda, w, k));
      }
    };
    const auto in_place = [&]<typename T>(const T* w) {
      return [w, &b](std::int64_t j, std::int64_t) { return w + j * b.stride; };
    };
    if (b.type == DType::kF32) {
      columns(loops().f32, b.stride, in_place(static_cast<const float*>(b.data)));
    } else if (b.type == DType::kBF16) {
      columns(loops().bf16, b.stride, in_place(static_cast<const bf16*>(b.data)));
    } else {  // four rows at a time, which stay in the first cache
      float* wide = scratch.floats(1, static_cast<std::size_t>(4 * k));
      columns(loops().f32, k, [&, wide](std::int64_t j, std::int64_t n) -> const float* {
        for (std::int64_t i = 0; i < n; ++i) widen_row(wide + i * k, b, j + i);
        return wide;
      });
    }
  });
}

void Gemm::run(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate, Tensor bias) {
  const Tile whole{c, a, b, bias, trans_a, trans_b, accumulate};
  assert(a.type == b.type || (a.type == DType::kF32 && trans_b && !trans_a));
  assert(c.type == DType::kF32 || c.type == a.type);
  assert((trans_a ? a.cols : a.rows) == c.rows && (trans_b ? b.rows : b.cols) == c.cols);
  assert((trans_b ? b.cols : b.rows) == whole.k());
  if (c.rows == 0 || c.cols == 0) return;
  if (c.rows <= kThin && !trans_a && trans_b) return thin(c, a, b, accumulate, bias);
  std::int64_t down = pieces(c.rows, 512), across = pieces(c.cols, 1024);
  while (down * across < 8 &&
         2 * whole.k() * pieces(c.rows, down) * pieces(c.cols, across) > 2 * kTileFlops) {
    ++(c.rows / down >= c.cols / across ? down : across);
  }
  const std::int64_t tile_m = cut(c.rows, down), tile_n = cut(c.cols, across);
  if (a.type == DType::kBF16 && native_bf16_) return tiles_bf16(whole, tile_m, tile_n);
  const std::int64_t columns = pieces(c.cols, tile_n);
  pool_.run(columns * pieces(c.rows, tile_m), [&](std::int64_t i, Scratch& scratch) {
    const std::int64_t row = i / columns * tile_m, col = i % columns * tile_n;
    const Tile t = whole.part(row, std::min(tile_m, c.rows - row), col, std::min(tile_n, c.cols - col));
    if (b.type == DType::kF32) tile_f32(t);
    else tile_widened(t, scratch);
  });
}

}  // namespace student::cpu
