#include "base/thread_scratch.h"
#include "cpu/convolution/winograd_tiles.h"

namespace lamella::cpu {

namespace {

// The sum over all tiles is cut into slices; each item has a slice, a few panels of filters and a group of
// channels. A slice has 16 matrices [channels, panel] a panel, which are added at the end, where they become
// 3x3 taps.
struct GradientCut {
  int64_t panel_width, panels, parts, channels, groups, tiles, slices, slice_size, grain;

  GradientCut(int64_t panel, const WinogradShape& s, int64_t pictures, int64_t element_bytes)
      : panel_width(panel),
        panels(ceil_div(s.filters, panel)),
        parts(ceil_div(panels, 2)),
        channels(s.channels),
        groups(ceil_div(s.channels, kWinogradGroupChannels)),
        tiles(pictures * s.tile_rows() * s.tile_columns()),
        slice_size(16 * s.channels * panels * panel) {
    constexpr int64_t kItems = 16;
    const int64_t flops = 2 * tiles * slice_size;
    const int64_t fit = std::max<int64_t>(2, kWinogradSlicesBytes / (slice_size * element_bytes));
    const int64_t worth = std::max<int64_t>(1, flops / (parts * groups * kGrainFlops));
    slices = std::clamp<int64_t>(ceil_div(kItems, parts * groups), 1, std::min(fit, worth));
    grain = std::max<int64_t>(1, kGrainFlops * items() / std::max<int64_t>(flops, 1));
  }

  int64_t items() const { return slices * parts * groups; }
  int64_t slice(int64_t item) const { return item / (parts * groups); }
  Range tiles_of(int64_t item) const { return part_of(tiles, slice(item), slices); }
  Range panels_of(int64_t item) const { return part_of(panels, item / groups % parts, parts); }
  Range channels_of(int64_t item) const { return part_of(channels, item % groups, groups); }
};

template <class T>
class GradientItem {
 public:
  GradientItem(const kernels::Kernels& kernels, const WinogradKernelGradient<T>& p, const GradientCut& cut,
               const Range& channels)
      : kernels_(kernels),
        p_(p),
        cut_(cut),
        channels_(channels),
        pixels_step_(kWinogradTiles * channels.size() + kWinogradApart<T>),
        gradients_step_(kWinogradTiles * cut.panel_width + kWinogradApart<T>) {
    const int64_t pixels = round_up(16 * pixels_step_, kWinogradApart<T>);
    pixels_ = reinterpret_cast<T*>(thread_scratch((pixels + 16 * gradients_step_) * int64_t{sizeof(T)}));
    gradients_ = pixels_ + pixels;
  }

  // The sums over some tiles, into the slice's matrices of some panels.
  void run(const Range& tiles, const Range& panels, T* slice) {
    const Range filters{panels.begin * cut_.panel_width,
                        std::min(panels.end * cut_.panel_width, p_.shape.filters)};
    const auto block_from = [&](int64_t tile) {
      return Range{tile, std::min(tile + kWinogradTiles, tiles.end)};
    };
    for (Range block = block_from(tiles.begin); block.size() > 0; block = block_from(block.end)) {
      for (int64_t t = 0; t < block.size(); ++t) transform_inputs(block.begin + t, t);
      x_ahead_ = inputs_ahead(p_.shape, p_.x, block_from(block.end), channels_);
      dy_ahead_ = outputs_ahead(p_.shape, p_.dy, block_from(block.end), filters);
      for (int64_t column = filters.begin; column < filters.end; column += cut_.panel_width) {
        const int64_t cols = std::min(cut_.panel_width, filters.end - column);
        for (int64_t t = 0; t < block.size(); ++t) transform_gradients(block.begin + t, t, column, cols);
        T* out = slice + 16 * cut_.channels * column + channels_.begin * cut_.panel_width;
        multiply(block.size(), cols, out, block.begin > tiles.begin);
      }
    }
  }

 private:
  void transform_inputs(int64_t index, int64_t t) {
    const T* pixels[16];
    WinogradTile(p_.shape, index).inputs(p_.shape, p_.x + channels_.begin, pixels);
    kernels_.table<T>().winograd_input(channels_.size(), pixels, pixels_step_,
                                       pixels_ + t * channels_.size());
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
    const int64_t panel = cut_.panel_width;
    const T* a = nullptr;
    const T* b = nullptr;
    kernels::Brgemm<T> tile{.batch = 1,
                            .a = &a,
                            .b = &b,
                            .a_row = 1,
                            .a_k = channels_.size(),
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
      for_each_even_part(channels_.size(), kernels_.geometry<T>().tile_rows,
                         [&](int64_t first, int64_t rows) {
                           tile.rows = rows;
                           a = pixels_ + position * pixels_step_ + first;
                           tile.c = out + (position * cut_.channels + first) * panel;
                           if (!x_ahead_.hand_to(tile)) dy_ahead_.hand_to(tile);
                           kernels_.table<T>().brgemm(tile);
                         });
    }
  }

  const kernels::Kernels& kernels_;
  const WinogradKernelGradient<T>& p_;
  const GradientCut& cut_;
  const Range channels_;
  const int64_t pixels_step_, gradients_step_;
  LookAhead<T> x_ahead_, dy_ahead_;
  T* pixels_;     // 16 matrices [tiles, channels], pixels_step_ apart
  T* gradients_;  // 16 matrices [tiles, panel], gradients_step_ apart
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
  const GradientCut cut(kernels_of(context).geometry<T>().panel, p.shape, p.pictures, sizeof(T));
  context.device.threads.parallel_for(cut.items(), cut.grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      GradientItem<T>(kernels_of(context), p, cut, cut.channels_of(i))
          .run(cut.tiles_of(i), cut.panels_of(i), p.scratch + cut.slice(i) * cut.slice_size);
    }
  });
  const int64_t rows = cut.panels * p.shape.channels;
  context.device.threads.parallel_for(rows, rows_per_chunk(16 * cut.panel_width * cut.slices),
                                      [&](int64_t begin, int64_t end) {
                                        for (int64_t row = begin; row < end; ++row)
                                          finish(kernels_of(context), p, cut, row);
                                      });
}

template int64_t winograd_gradient_scratch<float>(const kernels::Kernels&, const WinogradShape&, int64_t);
template int64_t winograd_gradient_scratch<double>(const kernels::Kernels&, const WinogradShape&, int64_t);
template void winograd_kernel_gradient(const Context&, const WinogradKernelGradient<float>&);
template void winograd_kernel_gradient(const Context&, const WinogradKernelGradient<double>&);

}  // namespace lamella::cpu
