#include "ops/depthwise.h"

#include "cpu/convolution/window_phases.h"
#include "cpu/even_parts.h"
#include "cpu/slices.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Pictures of which each output sees pixels of its own: the convolution itself, or a phase of its gradient.
template <class T>
struct Depthwise {
  WindowAxis axes[3];
  int64_t x_steps[3], y_steps[3], kernel_steps[3];  // of a pixel, a pixel, and a tap along each axis
  int64_t x_picture, y_picture, channels;
  const T* x;
  const T* kernel;
  const T* bias;
  T* y;
};

// One row of the output, `row` counted through all planes and pictures, with the rows of taps that lie
// inside: as a run from its first output, which x and the taps along the row are yet to be moved to.
template <class T>
kernels::DepthwiseRun<T> whole_row(const Depthwise<T>& p, int64_t row) {
  const WindowAxis &deep = p.axes[0], &tall = p.axes[1], &wide = p.axes[2];
  const int64_t height = row % tall.output, plane = row / tall.output, depth = plane % deep.output;
  const int64_t picture = plane / deep.output;
  const Range depths = deep.taps_inside(depth), heights = tall.taps_inside(height);
  kernels::DepthwiseRun<T> run{
      .pixels = wide.output,
      .channels = p.channels,
      .x_step = wide.stride * p.x_steps[2],
      .y_step = p.y_steps[2],
      .taps = {depths.size(), heights.size(), wide.taps},
      .x_tap = {},
      .kernel_tap = {p.kernel_steps[0], p.kernel_steps[1], p.kernel_steps[2]},
      .x = p.x + picture * p.x_picture +
           (deep.first_input(depth) + depths.begin * deep.dilation) * p.x_steps[0] +
           (tall.first_input(height) + heights.begin * tall.dilation) * p.x_steps[1],
      .kernel = p.kernel + depths.begin * p.kernel_steps[0] + heights.begin * p.kernel_steps[1],
      .bias = p.bias,
      .y = p.y + picture * p.y_picture + depth * p.y_steps[0] + height * p.y_steps[1]};
  for (size_t axis = 0; axis < 3; ++axis) run.x_tap[axis] = p.axes[axis].dilation * p.x_steps[axis];
  return run;
}

template <class T>
bool has_row_kernels(const Depthwise<T>& p) {
  return kernels::DepthwiseRow<T>::is_covered(p.axes[2].taps, p.axes[2].stride, p.axes[2].dilation);
}

template <class T>
kernels::DepthwiseRow<T> as_row(const Depthwise<T>& p, const kernels::DepthwiseRun<T>& whole) {
  return {whole, p.axes[2].input, p.axes[2].before, p.axes[2].stride};
}

// A row by runs of outputs that see the same taps.
template <class T, class Body>
void for_each_run_of_row(const Depthwise<T>& p, int64_t row, Body body) {
  const WindowAxis& wide = p.axes[2];
  const kernels::DepthwiseRun<T> whole = whole_row(p, row);
  for_each_run(wide, [&](int64_t column, int64_t pixels) {
    const Range widths = wide.taps_inside(column);
    kernels::DepthwiseRun<T> run = whole;
    run.pixels = pixels;
    run.taps[2] = widths.size();
    run.x += (wide.first_input(column) + widths.begin * wide.dilation) * p.x_steps[2];
    run.kernel += widths.begin * p.kernel_steps[2];
    run.y += column * p.y_steps[2];
    body(run);
  });
}

// Rows at once where there are kernels for that.
template <class T>
void run_rows(const kernels::Table<T>& table, const Depthwise<T>& p, const Range& rows) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    if (has_row_kernels(p)) {
      table.depthwise_row(as_row(p, whole_row(p, row)));
    } else {
      for_each_run_of_row(p, row, table.depthwise);
    }
  }
}

template <class T>
Depthwise<T> as_depthwise(const Window& window, const TensorView& x, const TensorView& kernel,
                          const TensorView& bias, const TensorView& y) {
  const int64_t channels = x.cols;
  Depthwise<T> p{.axes = {},
                 .x_steps = {},
                 .y_steps = {},
                 .kernel_steps = {},
                 .x_picture = window.input_positions() * channels,
                 .y_picture = window.output_positions() * channels,
                 .channels = channels,
                 .x = x.as<T>(),
                 .kernel = kernel.as<T>(),
                 .bias = bias.as<T>(),
                 .y = y.as<T>()};
  const auto x_steps = steps_of(window.input, channels), y_steps = steps_of(window.output, channels);
  const auto kernel_steps = steps_of(window.taps, channels);
  for (size_t axis = 0; axis < 3; ++axis) {
    p.axes[axis] = WindowAxis(window, axis);
    p.x_steps[axis] = x_steps[axis];
    p.y_steps[axis] = y_steps[axis];
    p.kernel_steps[axis] = kernel_steps[axis];
  }
  return p;
}

void forward(const Context& context, const Window& window, const TensorView& x, const TensorView& kernel,
             const TensorView& bias, Activation activation, double alpha, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const Depthwise<T> p = as_depthwise<T>(window, x, kernel, bias, y);
    const int64_t row = window.output[2] * x.cols;
    context.device.threads.parallel_for(y.rows / window.output[2],
                                        rows_per_chunk(row * window.all_taps() / 4 + row),
                                        [&](int64_t begin, int64_t end) {
                                          for (int64_t i = begin; i < end; ++i) {
                                            run_rows(table, p, {i, i + 1});
                                            if (activation == Activation::linear) continue;
                                            table.activation_forward(activation, {.a = static_cast<T>(alpha)},
                                                                     row, p.y + i * row, p.y + i * row);
                                          }
                                        });
  });
}

// Phase by phase; in each the taps come in reverse order.
void input_gradient(const Context& context, const Window& window, const TensorView& dy,
                    const TensorView& kernel, const TensorView& dx) {
  dispatch(dy.dtype, [&](auto t) {
    using T = decltype(t);
    const Depthwise<T> whole = as_depthwise<T>(window, dx, kernel, {}, dy);
    for_each_phase(window, [&](const std::array<Phase, 3>& phases, const std::array<int64_t, 3>& at) {
      Depthwise<T> p = whole;
      p.x = dy.as<T>();
      p.y = dx.as<T>();
      std::swap(p.x_picture, p.y_picture);
      for (size_t axis = 0; axis < 3; ++axis) {
        const Phase& phase = phases[axis];
        p.axes[axis] = phase.axis;
        p.x_steps[axis] = whole.y_steps[axis];
        p.y_steps[axis] = window.stride[axis] * whole.x_steps[axis];
        p.y += at[axis] * whole.x_steps[axis];
        p.kernel +=
            (phase.first_tap + (phase.axis.taps - 1) * window.stride[axis]) * whole.kernel_steps[axis];
        p.kernel_steps[axis] = -window.stride[axis] * whole.kernel_steps[axis];
      }
      const int64_t rows = dx.rows / window.input_positions() * p.axes[0].output * p.axes[1].output;
      if (rows * p.axes[2].output == 0) return;
      const int64_t work = p.axes[2].output * p.channels * (taps_of(phases) / 4 + 1);
      context.device.threads.parallel_for(rows, rows_per_chunk(work), [&](int64_t begin, int64_t end) {
        run_rows(kernels_of(context).table<T>(), p, {begin, end});
      });
    });
  });
}

// The rows of all pictures are cut into slices, which have gradients of their own.
int64_t slices_of(int64_t rows) { return std::min<int64_t>(16, rows); }

int64_t kernel_gradient_scratch_bytes(DType dtype, const Window& window, int64_t pictures, int64_t channels) {
  const int64_t slices = slices_of(pictures * window.output[0] * window.output[1]);
  return checked_product({slices, window.all_taps(), channels, size_of(dtype)});
}

constexpr int64_t kRowsAtATime = 16;

// The gradient from some rows, by tiles of some columns and channels: small enough for the pixels that the
// next row of outputs sees again to stay in the innermost cache.
template <class T>
void add_gradient_by_tiles(const kernels::Table<T>& table, const Depthwise<T>& p, const Range& rows, T* sum) {
  constexpr int64_t kColumns = 8, kChannels = 64;
  const WindowAxis &tall = p.axes[1], &wide = p.axes[2];
  kernels::DepthwiseRun<T> runs[kRowsAtATime];
  for (int64_t i = 0; i < rows.size(); ++i) runs[i] = whole_row(p, rows.begin + i);
  for_each_even_part(p.channels, kChannels, [&](int64_t channel, int64_t channels) {
    for_each_even_part(wide.output, kColumns, [&](int64_t column, int64_t columns) {
      const bool alone = rows.size() == 1;  // what comes next is then the next tile, not the tile's next row
      const int64_t x_ahead = alone ? columns * runs[0].x_step : tall.stride * p.x_steps[1];
      const int64_t y_ahead = alone ? columns * runs[0].y_step : p.y_steps[1];
      for (int64_t i = 0; i < rows.size(); ++i) {
        kernels::DepthwiseRun<T> run = runs[i];
        T* gradient = sum + (run.kernel - p.kernel) + channel;
        run.channels = channels;
        run.x += channel;
        run.y += channel;
        table.depthwise_row_kernel_gradient({.row = as_row(p, run),
                                             .begin = column,
                                             .end = column + columns,
                                             .x_ahead = x_ahead,
                                             .y_ahead = y_ahead},
                                            gradient);
      }
    });
  });
}

template <class T>
void add_gradient(const kernels::Table<T>& table, const Depthwise<T>& p, const Range& rows, T* sum) {
  const bool tiles = has_row_kernels(p);
  const int64_t step = tiles && p.axes[1].taps > 1 ? kRowsAtATime : 1;  // else no row sees pixels of another
  for (int64_t i = rows.begin; i < rows.end; i += step) {
    if (tiles) {
      add_gradient_by_tiles(table, p, {i, std::min(i + step, rows.end)}, sum);
    } else {
      for_each_run_of_row(p, i, [&](const kernels::DepthwiseRun<T>& run) {
        table.depthwise_kernel_gradient(run, sum + (run.kernel - p.kernel));
      });
    }
  }
}

void kernel_gradient(const Context& context, const Window& window, const TensorView& x, const TensorView& dy,
                     const TensorView& kernel_gradient, void* scratch) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const int64_t rows = dy.rows / window.output[2], slices = slices_of(rows), size = kernel_gradient.size();
    T* sums = static_cast<T*>(scratch);
    const Depthwise<T> p = as_depthwise<T>(window, x, kernel_gradient, {}, dy);
    const int64_t work = ceil_div(rows, slices) * window.output[2] * x.cols * (window.all_taps() / 4 + 1);
    context.device.threads.parallel_for(slices, rows_per_chunk(work), [&](int64_t begin, int64_t end) {
      for (int64_t slice = begin; slice < end; ++slice) {
        T* sum = sums + slice * size;
        std::fill_n(sum, size, T(0));
        add_gradient(table, p, {slice * rows / slices, (slice + 1) * rows / slices}, sum);
      }
    });
    std::copy_n(sums, size, kernel_gradient.as<T>());
    add_slices(context, slices, size, sums + size, kernel_gradient.as<T>());
  });
}

}  // namespace

const DepthwiseOps depthwise_ops{forward, input_gradient, kernel_gradient_scratch_bytes, kernel_gradient};

}  // namespace lamella::cpu
