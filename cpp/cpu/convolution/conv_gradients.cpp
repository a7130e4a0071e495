#include "cpu/convolution/conv_gradients.h"

#include <cstring>

#include "base/thread_scratch.h"
#include "cpu/convolution/winograd_conv.h"
#include "cpu/even_parts.h"
#include "cpu/look_ahead.h"
#include "cpu/slices.h"
#include "cpu/window_axis.h"

namespace lamella::cpu {

namespace {

// The sum over all outputs is cut into slices of rows of pictures; each item has a slice and a few panels of
// filters. A slice has a gradient of its own, and these are added at the end.
struct KernelGradientCut {
  int64_t panel_width, group_panels, panels, parts, rows, slices, grain;

  KernelGradientCut(int64_t panel, int64_t pictures, const ConvGeometry& g)
      : panel_width(panel),
        group_panels(ceil_div(g.group_filters(), panel)),
        panels(g.groups * group_panels),
        parts(ceil_div(panels, 4)),
        rows(pictures * g.window.output[0] * g.window.output[1]) {
    constexpr int64_t kItems = 16;
    // So that a smaller batch, whose rows may be shorter, never has more slices.
    static_assert(kItems <= kLeastLongRows);
    const int64_t flops =
        2 * rows * g.window.output[2] * panels * panel * g.group_channels() * g.window.all_taps();
    const int64_t most = std::max<int64_t>(1, std::min(rows, flops / (parts * kGrainFlops)));
    slices = std::clamp<int64_t>(ceil_div(kItems, parts), 1, most);
    grain = std::max<int64_t>(1, kGrainFlops * items() / std::max<int64_t>(flops, 1));
  }

  int64_t items() const { return slices * parts; }
};

// A block of outputs: some rows, or a piece of one.
struct OutputBlock {
  Range rows, columns;
};

// The gradients of the outputs are packed a block at a time; a block's panel stays in the first-level cache
// with a few channels of the pixels below, while all taps pass over them.
template <class T>
class KernelGradientItem {
 public:
  KernelGradientItem(const kernels::Kernels& kernels, const ConvGeometry& g, const ConvKernelGradient& p,
                     const KernelGradientCut& cut, T* out)
      : kernels_(kernels),
        g_(g),
        deep_(g.window, 0),
        tall_(g.window, 1),
        wide_(g.window, 2),
        cut_(cut),
        x_(p.x.as<T>()),
        dy_(p.dy.as<T>()),
        out_(out),
        copies_(thread_scratch<Copies>()) {}

  void run(const Range& rows, const Range& panels) {
    const int64_t most_pixels = kPackedOutputBytes / (cut_.panel_width * int64_t{sizeof(T)});
    const int64_t block_rows = std::clamp<int64_t>(most_pixels / wide_.output, 1, kMostRows);
    const int64_t block_columns = ceil_div(wide_.output, ceil_div(wide_.output, most_pixels));
    bool accumulate = false;
    for (int64_t row = rows.begin; row < rows.end; row += block_rows) {
      for (int64_t column = 0; column < wide_.output; column += block_columns) {
        const OutputBlock block{{row, std::min(rows.end, row + block_rows)},
                                {column, std::min(wide_.output, column + block_columns)}};
        locate_rows(block);
        look_ahead(block, rows.end, panels);
        for (int64_t panel = panels.begin; panel < panels.end; ++panel)
          multiply_panel(block, panel, accumulate);
        accumulate = true;
      }
    }
  }

 private:
  static constexpr int64_t kMostRows = 64;

  struct Copies {
    alignas(64) T packed[kPackedOutputBytes / sizeof(T)];
    T padded[kPaddedElements];
  };

  // A row of outputs, and the input row that its first tap lies on, which may be outside.
  struct Row {
    Range depths, heights;  // the taps that lie inside
    int64_t first_input;
  };

  // What a tile sums over: rows of pixels, and the gradients of the outputs that see them.
  struct Pairs {
    int64_t count = 0;
    const T *x[kMostRows], *dy[kMostRows];

    void add(const T* pixels, const T* gradients) {
      x[count] = pixels;
      dy[count++] = gradients;
    }
  };

  // What a tile is made of: a run of the last axes of the kernel, over all channels of some taps of a row.
  struct Tile {
    int64_t a_k, a_three, depth;
    Range kernel;  // rows of the kernel [taps * channels, filters]
  };

  Row row_at(int64_t row) const {
    const int64_t plane = row / tall_.output, height = row - plane * tall_.output;
    const int64_t depth = plane % deep_.output;
    const int64_t in_plane = plane / deep_.output * deep_.input + deep_.first_input(depth);
    return {deep_.taps_inside(depth), tall_.taps_inside(height),
            in_plane * tall_.input + tall_.first_input(height)};
  }
  void locate_rows(const OutputBlock& block) {
    for (int64_t r = 0; r < block.rows.size(); ++r) rows_[r] = row_at(block.rows.begin + r);
  }

  // The first filter of a panel.
  int64_t filter_of(int64_t panel) const {
    return panel / cut_.group_panels * g_.group_filters() + panel % cut_.group_panels * cut_.panel_width;
  }

  // What the next block's panels read: their channels and their filters of its pixels, from end to end.
  void look_ahead(const OutputBlock& block, int64_t end_row, const Range& panels) {
    const bool in_row = block.columns.end < wide_.output;
    const int64_t row = in_row ? block.rows.begin : block.rows.end;
    const int64_t column = in_row ? block.columns.end : 0;
    x_ahead_ = dy_ahead_ = {};
    if (row == end_row) return;
    const Range channels{panels.begin / cut_.group_panels * g_.group_channels(),
                         ceil_div(panels.end, cut_.group_panels) * g_.group_channels()};
    const Range filters{filter_of(panels.begin), filter_of(panels.end)};
    const int64_t pixel = row_at(row).first_input * wide_.input + column * wide_.stride;
    const int64_t pixels = block.rows.size() * block.columns.size();
    x_ahead_ = {x_ + (pixel * g_.channels + channels.begin), wide_.stride * g_.channels, pixels,
                channels.size()};
    dy_ahead_ = {dy_ + ((row * wide_.output + column) * g_.filters + filters.begin), g_.filters, pixels,
                 filters.size()};
  }

  void multiply_panel(const OutputBlock& block, int64_t panel, bool accumulate) {
    const int64_t group = panel / cut_.group_panels, column = filter_of(panel);
    cols_ = std::min(cut_.panel_width, (group + 1) * g_.group_filters() - column);
    const bool few_channels = merges_row_taps(block);
    locate_gradients(block, column, few_channels);
    if (few_channels) {
      for (int64_t i = 0; i < deep_.taps; ++i) {
        for_each_even_part(tall_.taps, rows_of_taps_to_a_tile(), [&](int64_t first, int64_t count) {
          multiply_rows_of_taps(block, i, {first, first + count}, column, accumulate);
        });
      }
      return;
    }
    for_each_even_part(g_.group_channels(), kernels_.geometry<T>().tile_rows,
                       [&](int64_t first, int64_t rows) {
                         for (int64_t i = 0; i < deep_.taps; ++i)
                           for (int64_t j = 0; j < tall_.taps; ++j)
                             for (int64_t k = 0; k < wide_.taps; ++k)
                               multiply_tap(block, i, j, k, group, {first, first + rows}, column, accumulate);
                       });
  }

  // Where the gradients of the rows' outputs are, in this panel of filters: packed, unless so few tiles pass
  // over them that it does not pay.
  void locate_gradients(const OutputBlock& block, int64_t column, bool few_channels) {
    const bool packs = !few_channels || g_.filters % kernels_.geometry<T>().lanes != 0;
    gradient_step_ = packs ? cut_.panel_width : g_.filters;
    for (int64_t r = 0; r < block.rows.size(); ++r) {
      const int64_t pixel = (block.rows.begin + r) * wide_.output + block.columns.begin;
      gradients_[r] = dy_ + pixel * g_.filters + column;
      if (!packs) continue;
      T* to = copies_.packed + r * block.columns.size() * cut_.panel_width;
      kernels_.table<T>().pack_panel(block.columns.size(), cols_, gradients_[r], g_.filters, to);
      gradients_[r] = to;
    }
  }

  // The gradient of some channels of one tap: a sum over the pixels that have it inside of the picture.
  void multiply_tap(const OutputBlock& block, int64_t i, int64_t j, int64_t k, int64_t group,
                    const Range& channels, int64_t column, bool accumulate) {
    const Range columns = intersection(wide_.outputs_of(k), block.columns);
    const int64_t in_width = wide_.first_input(columns.begin) + k * wide_.dilation;
    const int64_t shift = in_width * g_.channels + group * g_.group_channels() + channels.begin;
    const int64_t dy_shift = (columns.begin - block.columns.begin) * gradient_step_;
    Pairs pairs;
    for (int64_t r = 0; r < block.rows.size(); ++r) {
      if (is_inside(r, i, j))
        pairs.add(x_ + (input_row(r, i, j) * wide_.input * g_.channels + shift), gradients_[r] + dy_shift);
    }
    const int64_t first = ((i * tall_.taps + j) * wide_.taps + k) * g_.group_channels();
    multiply(pairs,
             {.a_k = wide_.stride * g_.channels,
              .a_three = 0,
              .depth = columns.size(),
              .kernel = {first + channels.begin, first + channels.end}},
             column, accumulate);
  }

  // A tile of few rows would keep the machine waiting. The channels of the taps of a row lie side by side in
  // the picture as they do in the kernel: together they make a tile, where need be on a padded copy.
  bool merges_row_taps(const OutputBlock& block) const {
    constexpr int64_t kFewChannels = 6;
    return g_.groups == 1 && g_.channels <= kFewChannels && wide_.taps > 1 && wide_.dilation == 1 &&
           block.rows.size() * rows_of_taps_to_a_tile() * input_columns(block) * g_.channels <=
               kPaddedElements;
  }
  int64_t input_columns(const OutputBlock& block) const {
    return (block.columns.size() - 1) * wide_.stride + wide_.taps;
  }

  // Three values in a row of taps are too few for a tile, but several rows of threes may share one.
  int64_t rows_of_taps_to_a_tile() const {
    return wide_.taps * g_.channels == 3 ? kernels_.geometry<T>().tile_rows / 3 : 1;
  }

  void multiply_rows_of_taps(const OutputBlock& block, int64_t i, const Range& heights, int64_t column,
                             bool accumulate) {
    const int64_t rows = wide_.taps * g_.channels;
    const int64_t kernel_row = (i * tall_.taps + heights.begin) * rows;
    Pairs pairs;
    const int64_t step = pair_rows_of_taps(block, i, heights, pairs);
    int64_t moved = 0;
    for_each_even_part(rows * heights.size(), kernels_.geometry<T>().tile_rows,
                       [&](int64_t begin, int64_t count) {
                         for (int64_t r = 0; r < pairs.count; ++r) pairs.x[r] += begin - moved;
                         moved = begin;
                         multiply(pairs,
                                  {.a_k = wide_.stride * g_.channels,
                                   .a_three = heights.size() > 1 ? step : 0,
                                   .depth = block.columns.size(),
                                   .kernel = {kernel_row + begin, kernel_row + begin + count}},
                                  column, accumulate);
                       });
  }

  // The pixels under some rows of taps, in copies with zeros around where a part lies outside. Returns the
  // step from a row of taps to the next.
  int64_t pair_rows_of_taps(const OutputBlock& block, int64_t i, const Range& heights, Pairs& pairs) {
    const int64_t first = wide_.first_input(block.columns.begin), size = input_columns(block) * g_.channels;
    const Range columns = intersection({first, first + input_columns(block)}, {0, wide_.input});
    const int64_t step = tall_.dilation * wide_.input * g_.channels;
    const int64_t before = (columns.begin - first) * g_.channels, inner = columns.size() * g_.channels;
    const bool copies = inner < size || std::any_of(
                                            rows_, rows_ + block.rows.size(),
                                            [&](const Row& row) {
                                              const int64_t inside =
                                                  intersection(row.heights, heights).size();
                                              return inside > 0 && inside < heights.size();
                                            });
    T* copy = copies_.padded;
    for (int64_t r = 0; r < block.rows.size(); ++r) {
      const Range inside = intersection(rows_[r].heights, heights);
      if (!rows_[r].depths.contains(i) || inside.size() == 0) continue;
      const T* x = x_ + (input_row(r, i, heights.begin) * wide_.input + first) * g_.channels;
      pairs.add(copies ? copy : x, gradients_[r]);
      if (!copies) continue;
      std::fill_n(copy, heights.size() * size, T(0));
      for (int64_t j = inside.begin - heights.begin; j < inside.end - heights.begin; ++j)
        std::copy_n(x + j * step + before, inner, copy + j * size + before);
      copy += heights.size() * size;
    }
    return copies ? size : step;
  }

  bool is_inside(int64_t r, int64_t i, int64_t j) const {
    return rows_[r].depths.contains(i) && rows_[r].heights.contains(j);
  }
  int64_t input_row(int64_t r, int64_t i, int64_t j) const {
    return rows_[r].first_input + i * deep_.dilation * tall_.input + j * tall_.dilation;
  }

  void multiply(const Pairs& pairs, const Tile& tile, int64_t column, bool accumulate) {
    kernels::Brgemm<T> product{.batch = pairs.count,
                               .a = pairs.x,
                               .b = pairs.dy,
                               .a_row = 1,
                               .a_k = tile.a_k,
                               .b_row = gradient_step_,
                               .k = tile.depth,
                               .c = out_ + tile.kernel.begin * g_.filters + column,
                               .ldc = g_.filters,
                               .rows = tile.kernel.size(),
                               .cols = cols_,
                               .bias = nullptr,
                               .accumulate = accumulate,
                               .a_three = tile.a_three};
    if (!x_ahead_.hand_to(product)) dy_ahead_.hand_to(product);
    kernels_.table<T>().brgemm(product);
  }

  const kernels::Kernels& kernels_;
  const ConvGeometry& g_;
  const WindowAxis deep_, tall_, wide_;
  const KernelGradientCut& cut_;
  const T* x_;
  const T* dy_;
  T* out_;
  LookAhead<T> x_ahead_, dy_ahead_;
  int64_t cols_ = 0;  // of the panel at hand
  int64_t gradient_step_ = 0;
  Row rows_[kMostRows];
  const T* gradients_[kMostRows];
  Copies& copies_;
};

int64_t kernel_size(const ConvGeometry& g) { return g.window.all_taps() * g.group_channels() * g.filters; }

// Rows to a chunk of the output's gradient, each with its own sums of columns.
int64_t chunk_rows(int64_t filters) { return std::max<int64_t>(64, rows_per_chunk(filters)); }

}  // namespace

int64_t kernel_gradient_scratch_bytes(const Context& context, DType dtype, const ConvGeometry& g,
                                      int64_t pictures) {
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    if (const WinogradShape s = winograd_shape(g); gradient_uses_winograd(g, s))
      return winograd_gradient_scratch<T>(kernels_of(context), s, pictures) * int64_t{sizeof(T)};
    const KernelGradientCut cut(kernels_of(context).geometry<T>().panel, pictures, g.in_long_rows(pictures));
    return checked_product(cut.slices - 1, kernel_size(g) * int64_t{sizeof(T)});
  });
}

void kernel_gradient(const Context& context, const ConvGeometry& geometry, const ConvKernelGradient& p) {
  const int64_t pictures = p.x.rows / geometry.window.input_positions();
  const ConvGeometry g = geometry.in_long_rows(pictures);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    if (const WinogradShape s = winograd_shape(g); gradient_uses_winograd(g, s)) {
      return winograd_kernel_gradient<T>(context, {.shape = s,
                                                   .pictures = pictures,
                                                   .x = p.x.as<T>(),
                                                   .dy = p.dy.as<T>(),
                                                   .kernel_gradient = p.kernel_gradient.as<T>(),
                                                   .scratch = static_cast<T*>(p.scratch)});
    }
    const int64_t size = kernel_size(g);
    const KernelGradientCut cut(kernels_of(context).geometry<T>().panel, pictures, g);
    T* slices = static_cast<T*>(p.scratch);
    context.device.threads.parallel_for(cut.items(), cut.grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t slice = i / cut.parts, part = i % cut.parts;
        T* out = slice == 0 ? p.kernel_gradient.as<T>() : slices + (slice - 1) * size;
        KernelGradientItem<T>(kernels_of(context), g, p, cut, out)
            .run(part_of(cut.rows, slice, cut.slices), part_of(cut.panels, part, cut.parts));
      }
    });
    add_slices(context, cut.slices, size, slices, p.kernel_gradient.as<T>());
  });
}

int64_t output_gradient_scratch_bytes(DType dtype, int64_t rows, int64_t filters) {
  return checked_product(ceil_div(rows, chunk_rows(filters)), filters * size_of(dtype));
}

void output_gradient(const Context& context, const ConvOutputGradient& p) {
  if (p.activation == Activation::linear && !p.bias_gradient) return;
  dispatch(p.dy.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const int64_t filters = p.dy.cols, panel = kernels_of(context).geometry<T>().panel;
    const int64_t chunk = chunk_rows(filters), chunks = ceil_div(p.dy.rows, chunk);
    T* sums = static_cast<T*>(p.scratch);
    const auto pass = [&](int64_t index) {
      const int64_t first = index * chunk * filters;
      for (int64_t column = 0; column < filters; column += panel) {
        table.dense_gradient_panel(
            {.activation = p.activation,
             .alpha = static_cast<T>(p.alpha),
             .rows = std::min(chunk, p.dy.rows - index * chunk),
             .cols = std::min(panel, filters - column),
             .y = p.y ? p.y.as<T>() + first + column : nullptr,
             .dy = p.dy.as<T>() + first + column,
             .ld = filters,
             .dz = p.dy.as<T>() + first + column,
             .packed = nullptr,
             .bias_gradient = p.bias_gradient ? sums + index * filters + column : nullptr});
      }
    };
    context.device.threads.parallel_for(chunks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) pass(i);
    });
    if (!p.bias_gradient) return;
    std::memcpy(p.bias_gradient.data, sums, static_cast<size_t>(filters) * sizeof(T));
    add_slices(context, chunks, filters, sums + filters, p.bias_gradient.as<T>());
  });
}

}  // namespace lamella::cpu
