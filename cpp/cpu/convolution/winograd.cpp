#include "cpu/convolution/winograd.h"

#include <bit>

#include "base/thread_scratch.h"
#include "cpu/convolution/winograd_tiles.h"

namespace lamella::cpu {

namespace {

// Tiles of a block, as many as fit, in whole register tiles.
template <class T>
int64_t winograd_block_tiles(const WinogradShape& s, int64_t tile_rows) {
  const int64_t fit = kWinogradBlockBytes / (16 * s.channels * int64_t{sizeof(T)});
  return std::clamp(fit / tile_rows * tile_rows, tile_rows, kWinogradTiles / tile_rows * tile_rows);
}

// A block of tiles: their transformed pixels, then panel by panel their products.
template <class T>
class WinogradBlock {
 public:
  WinogradBlock(const kernels::Kernels& kernels, const WinogradCorrelation<T>& p, int64_t most_tiles)
      : kernels_(kernels),
        p_(p),
        pixels_step_(most_tiles * p.shape.channels + kWinogradApart<T>),
        products_step_(most_tiles * kernels.geometry<T>().panel + kWinogradApart<T>) {
    const int64_t pixels = round_up(16 * pixels_step_, kWinogradApart<T>);
    pixels_ = reinterpret_cast<T*>(thread_scratch((pixels + 16 * products_step_) * int64_t{sizeof(T)}));
    products_ = pixels_ + pixels;
  }

  // Tiles `block`, before tiles `next`.
  void run(const Range& block, const Range& next) {
    const int64_t tiles = block.size();
    for (int64_t t = 0; t < tiles; ++t) transform_tile(block.begin + t, t);
    ahead_ = inputs_ahead(p_.shape, p_.x, next, {0, p_.shape.channels});
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
      ahead_.hand_to(tile);
      kernels_.table<T>().brgemm(tile);
    });
  }

  const kernels::Kernels& kernels_;
  const WinogradCorrelation<T>& p_;
  const int64_t pixels_step_, products_step_;
  LookAhead<T> ahead_;
  T* pixels_;                 // 16 matrices [tiles, channels], pixels_step_ apart
  T* products_;               // 16 matrices [tiles, panel], products_step_ apart
  T* y_[4 * kWinogradTiles];  // null: beyond the picture
};

}  // namespace

bool winograd_pays(const WinogradShape& s) {
  constexpr int64_t kLeastChannels = 32;
  return kLeastChannels <= s.channels && s.channels <= kWinogradChannels && s.filters >= kLeastChannels &&
         s.times_fewer_products() >= 1.5;
}

bool winograd_gradient_pays(const WinogradShape& s) {
  return winograd_pays(s) && s.times_fewer_products() >= 1.7;
}

template <class T>
void winograd_pack(const Context& context, const WinogradShape& s, const T* panels, T* packed) {
  const int64_t panel = kernels_of(context).geometry<T>().panel, matrix = s.channels * panel;
  const int64_t count = ceil_div(s.filters, panel);
  context.device.threads.parallel_for(count, rows_per_chunk(16 * matrix), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      kernels_of(context).table<T>().winograd_kernel(matrix, panels + i * 9 * matrix, matrix,
                                                     packed + i * 16 * matrix, matrix);
  });
}

template <class T>
void winograd_correlate(const Context& context, const WinogradCorrelation<T>& p) {
  const int64_t tiles = p.pictures * p.shape.tile_rows() * p.shape.tile_columns();
  const int64_t most = winograd_block_tiles<T>(p.shape, kernels_of(context).geometry<T>().tile_rows);
  const int64_t flops = 32 * tiles * p.shape.channels * p.shape.filters;
  // Smaller ones where there are few, so that there is one for each thread.
  const auto items = std::clamp<uint64_t>(static_cast<uint64_t>(flops / kGrainFlops), 1, 16);
  const int64_t blocks = std::max(ceil_div(tiles, most), static_cast<int64_t>(std::bit_floor(items)));
  const int64_t grain = std::max<int64_t>(1, kGrainFlops * blocks / std::max<int64_t>(flops, 1));
  context.device.threads.parallel_for(blocks, grain, [&](int64_t begin, int64_t end) {
    WinogradBlock<T> work(kernels_of(context), p, most);
    for (int64_t i = begin; i < end; ++i)
      work.run(part_of(tiles, i, blocks), i + 1 < end ? part_of(tiles, i + 1, blocks) : Range{});
  });
}

template void winograd_pack(const Context&, const WinogradShape&, const float*, float*);
template void winograd_pack(const Context&, const WinogradShape&, const double*, double*);
template void winograd_correlate(const Context&, const WinogradCorrelation<float>&);
template void winograd_correlate(const Context&, const WinogradCorrelation<double>&);

}  // namespace lamella::cpu
