#include "ops/pool.h"

#include <algorithm>

#include "cpu/tables.h"
#include "cpu/window_axis.h"

namespace lamella::cpu {

namespace {

// body(run) for the runs of pixels with the same taps in one row of the output, `row` counted through all
// planes and pictures.
template <class T, class Body>
void for_each_row_run(const Window& window, const TensorView& x, const TensorView& y, int64_t row,
                      Body body) {
  const WindowAxis deep(window, 0), tall(window, 1), wide(window, 2);
  const int64_t channels = x.cols, plane = row / tall.output, picture = plane / deep.output;
  const Range depth = deep.taps_inside(plane % deep.output), height = tall.taps_inside(row % tall.output);
  const int64_t in_row =
      (picture * deep.input + deep.first_input(plane % deep.output) + depth.begin) * tall.input +
      tall.first_input(row % tall.output) + height.begin;
  const auto run_at = [&](int64_t column, int64_t pixels) {
    const Range width = wide.taps_inside(column);
    const int64_t x_at = (in_row * wide.input + wide.first_input(column) + width.begin) * channels;
    const int64_t y_at = (row * wide.output + column) * channels;
    body(
        kernels::PoolRun<T>{.pixels = pixels,
                            .channels = channels,
                            .x_step = wide.stride * channels,
                            .taps = {depth.size(), height.size(), width.size()},
                            .tap_step = {tall.input * wide.input * channels, wide.input * channels, channels},
                            .x = x.as<T>() + x_at,
                            .y = y.as<T>() + y_at,
                            .dy = nullptr,
                            .dx = nullptr,
                            .add = false});
  };
  for_each_run(wide, run_at);
}

void forward(const Context& context, Pooling kind, const Window& window, const TensorView& x,
             const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const auto kernel = kind == Pooling::max ? table.max_pool_forward : table.mean_pool_forward;
    const int64_t row_work = window.output[2] * window.all_taps() * x.cols;
    context.device.threads.parallel_for(y.rows / window.output[2], rows_per_chunk(row_work),
                                        [&](int64_t begin, int64_t end) {
                                          for (int64_t row = begin; row < end; ++row)
                                            for_each_row_run<T>(window, x, y, row, kernel);
                                        });
  });
}

// Whether each input belongs to at most one output, and whether to one at least.
struct Coverage {
  bool once = true, all = true;

  explicit Coverage(const Window& window) {
    for (size_t axis = 0; axis < 3; ++axis) {
      const WindowAxis w(window, axis);
      once = once && w.stride >= w.taps;
      all = all && w.stride <= w.taps && w.first_input(w.output - 1) + w.taps >= w.input;
    }
  }
};

// Where windows overlap, a picture's gradient is added up by one thread, in order.
void backward(const Context& context, Pooling kind, const Window& window, const TensorView& x,
              const TensorView& y, const TensorView& dy, const TensorView& dx) {
  dispatch(dy.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const auto kernel = kind == Pooling::max ? table.max_pool_backward : table.mean_pool_backward;
    const int64_t size = window.input_positions() * dx.cols, rows = window.output[0] * window.output[1];
    const Coverage coverage(window);
    const auto one_picture = [&](int64_t picture) {
      if (!coverage.once || !coverage.all) std::fill_n(dx.as<T>() + picture * size, size, T(0));
      for (int64_t row = picture * rows; row < (picture + 1) * rows; ++row) {
        for_each_row_run<T>(window, x, y, row, [&](kernels::PoolRun<T> run) {
          run.dy = dy.as<T>() + (run.y - y.as<T>());
          run.dx = dx.as<T>() + (run.x - x.as<T>());
          run.add = !coverage.once;
          kernel(run);
        });
      }
    };
    context.device.threads.parallel_for(dx.rows / window.input_positions(), rows_per_chunk(size),
                                        [&](int64_t begin, int64_t end) {
                                          for (int64_t picture = begin; picture < end; ++picture)
                                            one_picture(picture);
                                        });
  });
}

}  // namespace

const PoolOps pool_ops{forward, backward};

}  // namespace lamella::cpu
