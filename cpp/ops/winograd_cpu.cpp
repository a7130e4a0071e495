#include "ops/winograd_cpu.h"

#include <algorithm>

namespace lamella::ops {

namespace {

constexpr int64_t kMostChannels = 256;
constexpr int64_t kTransformedBytes = 480 * 1024;  // of a block's tiles, in the second-level cache
constexpr int64_t kMostTiles = 56;

// A block of tiles: their transformed pixels, then panel by panel their products.
template <class T>
class WinogradBlock {
 public:
  WinogradBlock(const kernels::Kernels& kernels, const WinogradCorrelation<T>& p, int64_t most_tiles)
      : kernels_(kernels),
        p_(p),
        pixels_step_(most_tiles * p.shape.channels + kApart),
        products_step_(most_tiles * kernels.geometry<T>().panel + kApart) {}

  static int64_t most_tiles(const WinogradShape& s, int64_t tile_rows) {
    const int64_t fit = kTransformedBytes / (16 * s.channels * int64_t{sizeof(T)});
    return std::clamp(fit / tile_rows * tile_rows, tile_rows, kMostTiles / tile_rows * tile_rows);
  }

  void run(int64_t first, int64_t tiles) {
    for (int64_t t = 0; t < tiles; ++t) transform_tile(first + t, t);
    const int64_t panel = kernels_.geometry<T>().panel;
    for (int64_t column = 0; column < p_.shape.filters; column += panel) {
      const int64_t cols = std::min(panel, p_.shape.filters - column);
      for (int64_t position = 0; position < 16; ++position) multiply(position, column, tiles, cols);
      T* y[4 * kMostTiles];
      for (int64_t i = 0; i < 4 * tiles; ++i) y[i] = y_[i] ? y_[i] + column : nullptr;
      kernels_.table<T>().winograd_output({.activation = p_.activation,
                                           .alpha = static_cast<T>(p_.alpha),
                                           .tiles = tiles,
                                           .cols = cols,
                                           .products = products_,
                                           .step = products_step_,
                                           .bias = p_.bias ? p_.bias + column : nullptr,
                                           .y = y});
    }
  }

 private:
  static constexpr int64_t kApart = 64 / sizeof(T);  // so that the 16 matrices do not meet in the cache

  // Transforms the pixels that a tile sees, and notes where its outputs go.
  void transform_tile(int64_t index, int64_t t) {
    const WinogradShape& s = p_.shape;
    const int64_t column = index % s.tile_columns(), row = index / s.tile_columns() % s.tile_rows();
    const int64_t picture = index / (s.tile_columns() * s.tile_rows());
    const T* pixels[16];
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t j = 0; j < 4; ++j) {
        const int64_t at_row = 2 * row + i - s.above, at_column = 2 * column + j - s.left;
        const bool inside = 0 <= at_row && at_row < s.height && 0 <= at_column && at_column < s.width;
        const int64_t pixel = (picture * s.height + at_row) * s.width + at_column;
        pixels[4 * i + j] = inside ? p_.x + pixel * s.channels : kZeros;
      }
    kernels_.table<T>().winograd_input(s.channels, pixels, pixels_step_, pixels_ + t * s.channels);
    for (int64_t i = 0; i < 2; ++i)
      for (int64_t j = 0; j < 2; ++j) {
        const int64_t at_row = 2 * row + i, at_column = 2 * column + j;
        const int64_t pixel = (picture * s.new_height + at_row) * s.new_width + at_column;
        y_[4 * t + 2 * i + j] =
            at_row < s.new_height && at_column < s.new_width ? p_.y + pixel * s.filters : nullptr;
      }
  }

  void multiply(int64_t position, int64_t column, int64_t tiles, int64_t cols) {
    const auto& geometry = kernels_.geometry<T>();
    const int64_t channels = p_.shape.channels;
    const T* a = nullptr;
    const T* b = p_.packed + 16 * channels * column + position * channels * geometry.panel;
    kernels::Brgemm<T> tile{.batch = 1,
                            .a = &a,
                            .b = &b,
                            .a_row = channels,
                            .a_k = 1,
                            .b_row = geometry.panel,
                            .k = channels,
                            .c = nullptr,
                            .ldc = geometry.panel,
                            .rows = 0,
                            .cols = cols,
                            .bias = nullptr,
                            .accumulate = false};
    const int64_t parts = ceil_div(tiles, geometry.tile_rows);
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t first = part * tiles / parts;
      tile.rows = (part + 1) * tiles / parts - first;
      a = pixels_ + position * pixels_step_ + first * channels;
      tile.c = products_ + position * products_step_ + first * geometry.panel;
      kernels_.table<T>().brgemm(tile);
    }
  }

  static constexpr T kZeros[kMostChannels] = {};

  const kernels::Kernels& kernels_;
  const WinogradCorrelation<T>& p_;
  const int64_t pixels_step_, products_step_;
  T* y_[4 * kMostTiles];  // null: beyond the picture
  alignas(64) T pixels_[kTransformedBytes / sizeof(T) + 16 * kApart];
  alignas(64) T products_[16 * (kMostTiles * 32 + kApart)];
};

}  // namespace

bool winograd_pays(const WinogradShape& s) {
  constexpr int64_t kLeast = 32;
  return kLeast <= s.channels && s.channels <= kMostChannels && s.filters >= kLeast && s.new_height >= 4 &&
         s.new_width >= 4;
}

template <class T>
void winograd_pack(const Context& context, const WinogradShape& s, const T* panels, T* packed) {
  const int64_t panel = context.kernels.geometry<T>().panel, matrix = s.channels * panel;
  const int64_t count = ceil_div(s.filters, panel);
  context.pool.parallel_for(count, rows_per_chunk(16 * matrix), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      context.kernels.table<T>().winograd_kernel(matrix, panels + i * 9 * matrix, matrix,
                                                 packed + i * 16 * matrix, matrix);
  });
}

template <class T>
void winograd_correlate(const Context& context, const WinogradCorrelation<T>& p) {
  const int64_t tiles = p.pictures * p.shape.tile_rows() * p.shape.tile_columns();
  const int64_t block = WinogradBlock<T>::most_tiles(p.shape, context.kernels.geometry<T>().tile_rows);
  const int64_t flops = 32 * block * p.shape.channels * p.shape.filters;
  const int64_t grain = std::max<int64_t>(1, kGrainFlops / flops);
  context.pool.parallel_for(ceil_div(tiles, block), grain, [&](int64_t begin, int64_t end) {
    WinogradBlock<T> work(context.kernels, p, block);
    for (int64_t i = begin; i < end; ++i) work.run(i * block, std::min(block, tiles - i * block));
  });
}

template void winograd_pack(const Context&, const WinogradShape&, const float*, float*);
template void winograd_pack(const Context&, const WinogradShape&, const double*, double*);
template void winograd_correlate(const Context&, const WinogradCorrelation<float>&);
template void winograd_correlate(const Context&, const WinogradCorrelation<double>&);

}  // namespace lamella::ops
