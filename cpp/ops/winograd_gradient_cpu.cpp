#include "ops/winograd_tiles_cpu.h"

namespace lamella::ops {

namespace {

// The sum over all tiles is cut into slices; each item has a slice and a few panels of filters. A slice has
// 16 matrices [channels, panel] a panel, which are added at the end, where they become 3x3 taps.
struct GradientCut {
  int64_t panel_width, panels, parts, tiles, slices, slice_size, grain;

  GradientCut(int64_t panel, const WinogradShape& s, int64_t pictures, int64_t element_bytes)
      : panel_width(panel),
        panels(ceil_div(s.filters, panel)),
        parts(ceil_div(panels, 2)),
        tiles(pictures * s.tile_rows() * s.tile_columns()),
        slice_size(16 * s.channels * panels * panel) {
    constexpr int64_t kItems = 16, kSlicesBytes = 8 << 20;
    const int64_t flops = 2 * tiles * slice_size;
    const int64_t fit = std::max<int64_t>(2, kSlicesBytes / (slice_size * element_bytes));
    const int64_t worth = std::max<int64_t>(1, flops / (parts * kGrainFlops));
    slices = std::clamp<int64_t>(ceil_div(kItems, parts), 1, std::min(fit, worth));
    grain = std::max<int64_t>(1, kGrainFlops * slices * parts / std::max<int64_t>(flops, 1));
  }
};

template <class T>
class GradientItem {
 public:
  GradientItem(const kernels::Kernels& kernels, const WinogradKernelGradient<T>& p, const GradientCut& cut)
      : kernels_(kernels),
        p_(p),
        cut_(cut),
        block_(winograd_block_tiles<T>(p.shape, kernels.geometry<T>().tile_rows)),
        pixels_step_(block_ * p.shape.channels + kWinogradApart<T>),
        gradients_step_(block_ * cut.panel_width + kWinogradApart<T>) {}

  // Tiles [first, end) into the slice's matrices of panels [first_panel, end_panel).
  void run(int64_t first, int64_t end, int64_t first_panel, int64_t end_panel, T* slice) {
    for (int64_t block = first; block < end; block += block_) {
      const int64_t tiles = std::min(block_, end - block);
      for (int64_t t = 0; t < tiles; ++t) transform_inputs(block + t, t);
      for (int64_t panel = first_panel; panel < end_panel; ++panel) {
        const int64_t column = panel * cut_.panel_width;
        const int64_t cols = std::min(cut_.panel_width, p_.shape.filters - column);
        for (int64_t t = 0; t < tiles; ++t) transform_gradients(block + t, t, column, cols);
        multiply(tiles, cols, slice + 16 * p_.shape.channels * column, block > first);
      }
    }
  }

 private:
  void transform_inputs(int64_t index, int64_t t) {
    const T* pixels[16];
    WinogradTile(p_.shape, index).inputs(p_.shape, p_.x, pixels);
    const int64_t channels = p_.shape.channels;
    kernels_.table<T>().winograd_input(channels, pixels, pixels_step_, pixels_ + t * channels);
  }

  void transform_gradients(int64_t index, int64_t t, int64_t column, int64_t cols) {
    const T* pixels[4];
    WinogradTile(p_.shape, index).outputs(p_.shape, p_.dy, pixels);
    for (const T*& pixel : pixels) pixel = pixel ? pixel + column : kWinogradZeros<T>;
    kernels_.table<T>().winograd_output_gradient(cols, pixels, gradients_step_,
                                                 gradients_ + t * cut_.panel_width);
  }

  // out[position][channel] (+)= sum over the tiles of their pixels and gradients at that position.
  void multiply(int64_t tiles, int64_t cols, T* out, bool accumulate) {
    const int64_t channels = p_.shape.channels, panel = cut_.panel_width;
    const T* a = nullptr;
    const T* b = nullptr;
    kernels::Brgemm<T> tile{.batch = 1,
                            .a = &a,
                            .b = &b,
                            .a_row = 1,
                            .a_k = channels,
                            .b_row = panel,
                            .k = tiles,
                            .c = nullptr,
                            .ldc = panel,
                            .rows = 0,
                            .cols = cols,
                            .bias = nullptr,
                            .accumulate = accumulate};
    for (int64_t position = 0; position < 16; ++position) {
      b = gradients_ + position * gradients_step_;
      for_each_even_part(channels, kernels_.geometry<T>().tile_rows, [&](int64_t first, int64_t rows) {
        tile.rows = rows;
        a = pixels_ + position * pixels_step_ + first;
        tile.c = out + (position * channels + first) * panel;
        kernels_.table<T>().brgemm(tile);
      });
    }
  }

  const kernels::Kernels& kernels_;
  const WinogradKernelGradient<T>& p_;
  const GradientCut& cut_;
  const int64_t block_, pixels_step_, gradients_step_;
  alignas(64) T pixels_[kWinogradBlockBytes / sizeof(T) + 16 * kWinogradApart<T>];
  alignas(64) T gradients_[16 * (kWinogradTiles * 32 + kWinogradApart<T>)];
};

// The gradient of some rows (channels of panels) from the matrices of all slices.
template <class T>
void finish(const kernels::Kernels& kernels, const WinogradKernelGradient<T>& p, const GradientCut& cut,
            int64_t row) {
  const int64_t channels = p.shape.channels, panel = row / channels, channel = row % channels;
  const int64_t column = panel * cut.panel_width;
  kernels.table<T>().winograd_kernel_gradient(
      {.cols = std::min(cut.panel_width, p.shape.filters - column),
       .slices = cut.slices,
       .products = p.scratch + (16 * channels * panel + channel) * cut.panel_width,
       .step = channels * cut.panel_width,
       .slice_step = cut.slice_size,
       .gradient = p.kernel_gradient + channel * p.shape.filters + column,
       .tap_step = channels * p.shape.filters});
}

}  // namespace

template <class T>
int64_t winograd_gradient_scratch(const kernels::Kernels& kernels, const WinogradShape& s, int64_t pictures) {
  const GradientCut cut(kernels.geometry<T>().panel, s, pictures, sizeof(T));
  return checked_product(cut.slices, cut.slice_size);
}

template <class T>
void winograd_kernel_gradient(const Context& context, const WinogradKernelGradient<T>& p) {
  const GradientCut cut(context.kernels.geometry<T>().panel, p.shape, p.pictures, sizeof(T));
  context.pool.parallel_for(cut.slices * cut.parts, cut.grain, [&](int64_t begin, int64_t end) {
    GradientItem<T> item(context.kernels, p, cut);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t slice = i / cut.parts, part = i % cut.parts;
      item.run(slice * cut.tiles / cut.slices, (slice + 1) * cut.tiles / cut.slices,
               part * cut.panels / cut.parts, (part + 1) * cut.panels / cut.parts,
               p.scratch + slice * cut.slice_size);
    }
  });
  const int64_t rows = cut.panels * p.shape.channels;
  context.pool.parallel_for(rows, rows_per_chunk(16 * cut.panel_width * cut.slices),
                            [&](int64_t begin, int64_t end) {
                              for (int64_t row = begin; row < end; ++row)
                                finish(context.kernels, p, cut, row);
                            });
}

template int64_t winograd_gradient_scratch<float>(const kernels::Kernels&, const WinogradShape&, int64_t);
template int64_t winograd_gradient_scratch<double>(const kernels::Kernels&, const WinogradShape&, int64_t);
template void winograd_kernel_gradient(const Context&, const WinogradKernelGradient<float>&);
template void winograd_kernel_gradient(const Context&, const WinogradKernelGradient<double>&);

}  // namespace lamella::ops
