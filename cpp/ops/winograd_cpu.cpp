#include "ops/winograd_cpu.h"

#include "ops/winograd_tiles_cpu.h"

namespace lamella::ops {

namespace {

// A block of tiles: their transformed pixels, then panel by panel their products.
template <class T>
class WinogradBlock {
 public:
  WinogradBlock(const kernels::Kernels& kernels, const WinogradCorrelation<T>& p, int64_t most_tiles)
      : kernels_(kernels),
        p_(p),
        pixels_step_(most_tiles * p.shape.channels + kWinogradApart<T>),
        products_step_(most_tiles * kernels.geometry<T>().panel + kWinogradApart<T>) {}

  void run(int64_t first, int64_t tiles) {
    for (int64_t t = 0; t < tiles; ++t) transform_tile(first + t, t);
    const int64_t panel = kernels_.geometry<T>().panel;
    for (int64_t column = 0; column < p_.shape.filters; column += panel) {
      const int64_t cols = std::min(panel, p_.shape.filters - column);
      for (int64_t position = 0; position < 16; ++position) multiply(position, column, tiles, cols);
      T* y[4 * kWinogradTiles];
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
  // Transforms the pixels that a tile sees, and notes where its outputs go.
  void transform_tile(int64_t index, int64_t t) {
    const WinogradTile tile(p_.shape, index);
    const T* pixels[16];
    tile.inputs(p_.shape, p_.x, pixels);
    tile.outputs(p_.shape, p_.y, y_ + 4 * t);
    const int64_t channels = p_.shape.channels;
    kernels_.table<T>().winograd_input(channels, pixels, pixels_step_, pixels_ + t * channels);
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
    for_each_even_part(tiles, geometry.tile_rows, [&](int64_t first, int64_t rows) {
      tile.rows = rows;
      a = pixels_ + position * pixels_step_ + first * channels;
      tile.c = products_ + position * products_step_ + first * geometry.panel;
      kernels_.table<T>().brgemm(tile);
    });
  }

  const kernels::Kernels& kernels_;
  const WinogradCorrelation<T>& p_;
  const int64_t pixels_step_, products_step_;
  T* y_[4 * kWinogradTiles];  // null: beyond the picture
  alignas(64) T pixels_[kWinogradBlockBytes / sizeof(T) + 16 * kWinogradApart<T>];
  alignas(64) T products_[16 * (kWinogradTiles * 32 + kWinogradApart<T>)];
};

}  // namespace

bool winograd_pays(const WinogradShape& s) {
  constexpr int64_t kLeastChannels = 32;
  // How many times fewer products there are: 2.25, less what is computed beyond odd edges.
  const double fewer = 9.0 * static_cast<double>(s.new_height * s.new_width) /
                       (16.0 * static_cast<double>(s.tile_rows() * s.tile_columns()));
  return kLeastChannels <= s.channels && s.channels <= kWinogradChannels && s.filters >= kLeastChannels &&
         fewer >= 1.9;
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
  const int64_t block = winograd_block_tiles<T>(p.shape, context.kernels.geometry<T>().tile_rows);
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
