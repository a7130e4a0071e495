#include "ops/conv_gradients_cpu.h"

#include <cstring>

#include "base/shape.h"
#include "ops/window_axis.h"

namespace lamella::ops {

namespace {

// The sum over all outputs is cut into slices of rows of pictures; each item has a slice and a panel of
// filters. A slice has a gradient of its own, and these are added at the end.
struct KernelGradientCut {
  int64_t panel_width, group_panels, panels, rows, slices, grain;

  KernelGradientCut(int64_t panel, int64_t pictures, const ConvGeometry& g)
      : panel_width(panel),
        group_panels(ceil_div(g.group_filters(), panel)),
        panels(g.groups * group_panels),
        rows(pictures * g.window.output[0] * g.window.output[1]) {
    constexpr int64_t kItems = 16;
    const int64_t flops =
        2 * rows * g.window.output[2] * panels * panel * g.group_channels() * g.window.all_taps();
    const int64_t most = std::max<int64_t>(1, std::min(rows, flops / (panels * kGrainFlops)));
    slices = std::clamp<int64_t>(ceil_div(kItems, panels), 1, most);
    grain = std::max<int64_t>(1, kGrainFlops * slices * panels / std::max<int64_t>(flops, 1));
  }
};

template <class T>
class KernelGradientItem {
 public:
  KernelGradientItem(const kernels::Kernels& kernels, const ConvGeometry& g, const ConvKernelGradient& p,
                     const KernelGradientCut& cut, int64_t panel, T* out)
      : kernels_(kernels),
        g_(g),
        deep_(g.window, 0),
        tall_(g.window, 1),
        wide_(g.window, 2),
        x_(p.x.as<T>() + panel / cut.group_panels * g.group_channels()) {
    const int64_t in_group = panel % cut.group_panels * cut.panel_width;
    const int64_t column = panel / cut.group_panels * g.group_filters() + in_group;
    cols_ = std::min(cut.panel_width, g.group_filters() - in_group);
    dy_ = p.dy.as<T>() + column;
    out_ = out + column;
  }

  // Blocks of rows of x and dy stay in the second-level cache while all taps and channels pass over them.
  void run(const Range& rows) const {
    constexpr int64_t kBlockBytes = 384 * 1024;
    const int64_t row_elements =
        g_.window.input[2] * g_.channels * g_.window.stride[1] + g_.window.output[2] * g_.filters;
    const int64_t block =
        std::clamp<int64_t>(kBlockBytes / (row_elements * int64_t{sizeof(T)}), 1, kMostRows);
    for (int64_t row = rows.begin; row < rows.end; row += block) {
      multiply_block({row, std::min(rows.end, row + block)}, row > rows.begin);
    }
  }

 private:
  static constexpr int64_t kMostRows = 64;

  void multiply_block(const Range& rows, bool accumulate) const {
    int64_t tap = 0;
    for (int64_t i = 0; i < deep_.taps; ++i)
      for (int64_t j = 0; j < tall_.taps; ++j)
        for (int64_t k = 0; k < wide_.taps; ++k, ++tap) multiply_tap(rows, i, j, k, tap, accumulate);
  }

  // out[tap] (+)= sum over the pixels of these rows that have the tap inside of the picture.
  void multiply_tap(const Range& rows, int64_t i, int64_t j, int64_t k, int64_t tap, bool accumulate) const {
    const T* x[kMostRows];
    const T* dy[kMostRows];
    int64_t count = 0;
    const Range columns = wide_.outputs_of(k);
    const Range inside_depth = deep_.outputs_of(i), inside_height = tall_.outputs_of(j);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const int64_t height = row % tall_.output, plane = row / tall_.output, depth = plane % deep_.output;
      if (!inside_depth.contains(depth) || !inside_height.contains(height)) continue;
      const int64_t in_depth = deep_.first_input(depth) + i * deep_.dilation;
      const int64_t in_height = tall_.first_input(height) + j * tall_.dilation;
      const int64_t in_width = wide_.first_input(columns.begin) + k * wide_.dilation;
      const int64_t in_row = (plane / deep_.output * deep_.input + in_depth) * tall_.input + in_height;
      x[count] = x_ + (in_row * wide_.input + in_width) * g_.channels;
      dy[count] = dy_ + (row * wide_.output + columns.begin) * g_.filters;
      ++count;
    }
    const int64_t channels = g_.group_channels();
    multiply_tiles(count, x, dy, columns.size(), out_ + tap * channels * g_.filters, accumulate);
  }

  void multiply_tiles(int64_t count, const T** x, const T* const* dy, int64_t depth, T* out,
                      bool accumulate) const {
    const int64_t channels = g_.group_channels();
    const int64_t tiles = ceil_div(channels, kernels_.geometry<T>().tile_rows);
    kernels::Brgemm<T> tile{.batch = count,
                            .a = x,
                            .b = dy,
                            .a_row = 1,
                            .a_k = wide_.stride * g_.channels,
                            .b_row = g_.filters,
                            .k = depth,
                            .c = nullptr,
                            .ldc = g_.filters,
                            .rows = 0,
                            .cols = cols_,
                            .bias = nullptr,
                            .accumulate = accumulate};
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t first = t * channels / tiles;
      tile.rows = (t + 1) * channels / tiles - first;
      tile.c = out + first * g_.filters;
      kernels_.table<T>().brgemm(tile);
      for (int64_t i = 0; i < count; ++i) x[i] += tile.rows;
    }
  }

  const kernels::Kernels& kernels_;
  const ConvGeometry& g_;
  const WindowAxis deep_, tall_, wide_;
  const T* x_;
  const T* dy_;
  T* out_;
  int64_t cols_;
};

int64_t kernel_size(const ConvGeometry& g) { return g.window.all_taps() * g.group_channels() * g.filters; }

template <class T>
void add_slices(const Context& context, int64_t slices, int64_t size, const T* slice, T* out) {
  const int64_t chunk = kGrainElements / slices + 1;
  context.pool.parallel_for(ceil_div(size, chunk), 1, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * chunk, count = std::min(size, end * chunk) - first;
    for (int64_t s = 1; s < slices; ++s)
      context.kernels.table<T>().add(count, slice + (s - 1) * size + first, out + first);
  });
}

// Rows to a chunk of the output's gradient, each with its own sums of columns.
int64_t chunk_rows(int64_t filters) { return std::max<int64_t>(64, rows_per_chunk(filters)); }

}  // namespace

int64_t kernel_gradient_scratch_bytes(const Context& context, DType dtype, const ConvGeometry& g,
                                      int64_t pictures) {
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    const KernelGradientCut cut(context.kernels.geometry<T>().panel, pictures, g);
    return checked_product(cut.slices - 1, kernel_size(g) * int64_t{sizeof(T)});
  });
}

void kernel_gradient(const Context& context, const ConvGeometry& g, const ConvKernelGradient& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t pictures = p.x.rows / g.window.input_positions(), size = kernel_size(g);
    const KernelGradientCut cut(context.kernels.geometry<T>().panel, pictures, g);
    T* slices = static_cast<T*>(p.scratch);
    context.pool.parallel_for(cut.slices * cut.panels, cut.grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t slice = i / cut.panels, panel = i % cut.panels;
        T* out = slice == 0 ? p.kernel_gradient.as<T>() : slices + (slice - 1) * size;
        KernelGradientItem<T>(context.kernels, g, p, cut, panel, out)
            .run({slice * cut.rows / cut.slices, (slice + 1) * cut.rows / cut.slices});
      }
    });
    if (cut.slices > 1) add_slices(context, cut.slices, size, slices, p.kernel_gradient.as<T>());
  });
}

int64_t output_gradient_scratch_bytes(DType dtype, int64_t rows, int64_t filters) {
  return checked_product(ceil_div(rows, chunk_rows(filters)), filters * size_of(dtype));
}

void output_gradient(const Context& context, const ConvOutputGradient& p) {
  if (p.activation == Activation::linear && !p.bias_gradient) return;
  dispatch(p.dy.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = context.kernels.table<T>();
    const int64_t filters = p.dy.cols, panel = context.kernels.geometry<T>().panel;
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
             .bias_gradient = p.bias_gradient ? sums + index * filters + column : nullptr,
             .accumulate_bias = false});
      }
    };
    context.pool.parallel_for(chunks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) pass(i);
    });
    if (!p.bias_gradient) return;
    std::memcpy(p.bias_gradient.data, sums, static_cast<size_t>(filters) * sizeof(T));
    for (int64_t i = 1; i < chunks; ++i) table.add(filters, sums + i * filters, p.bias_gradient.as<T>());
  });
}

}  // namespace lamella::ops
