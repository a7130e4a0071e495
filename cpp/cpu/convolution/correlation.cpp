#include "cpu/convolution/correlation.h"

#include "cpu/even_parts.h"

namespace lamella::cpu {

namespace {

struct TapsInside {
  Range depth, height, width;
};

// Outputs next to each other along one axis, which have the same taps inside of the picture.
struct Run {
  int64_t x;  // of tap 0 of the first output, which may lie outside
  int64_t y;
  int64_t x_step, y_step;  // from output to output
  int64_t count;
  TapsInside taps;
};

// One panel of filters in one item.
template <class T>
class PanelPass {
 public:
  PanelPass(const kernels::Kernels& kernels, const Correlation<T>& c, const CorrelationCut& cut,
            const CorrelationItem& item, int64_t panel)
      : kernels_(kernels), c_(c), item_(item), panel_width_(cut.panel_width) {
    const Range columns = cut.columns(c.filters, panel);
    x_ = c.x + panel / cut.group_panels * c.channels;
    y_ = c.y + columns.begin;
    bias_ = c.bias ? c.bias + columns.begin : nullptr;
    packed_ = c.packed + panel * c.all_taps() * c.channels * panel_width_;
    cols_ = columns.size();
  }

  // Inside, runs go along the rows. Where a column has taps outside, they go down that column, as far as it
  // has the same ones.
  void run() const {
    const CorrelationAxis &tall = c_.axes[1], &wide = c_.axes[2];
    const Range inner_rows = intersection(tall.interior(), item_.rows);
    const Range inner_columns = wide.interior();
    const auto each_outer_column = [&](auto body) {
      for (int64_t column = 0; column < inner_columns.begin; ++column) body(column);
      for (int64_t column = inner_columns.end; column < wide.output; ++column) body(column);
    };
    for (int64_t row = item_.rows.begin; row < item_.rows.end; ++row) {
      if (inner_columns.size() > 0) multiply(run_at(row, inner_columns.begin, wide, inner_columns.size()));
      if (inner_rows.contains(row)) continue;
      each_outer_column([&](int64_t column) { multiply(run_at(row, column, wide, 1)); });
    }
    if (inner_rows.size() == 0) return;
    each_outer_column(
        [&](int64_t column) { multiply(run_at(inner_rows.begin, column, tall, inner_rows.size())); });
  }

 private:
  static constexpr int64_t kMostTaps = 64;  // at a time
  static constexpr int64_t kLongSum = 64;  // products; in shorter ones looking ahead costs more than it gives

  Run run_at(int64_t row, int64_t column, const CorrelationAxis& along, int64_t count) const {
    const CorrelationAxis &deep = c_.axes[0], &tall = c_.axes[1], &wide = c_.axes[2];
    const int64_t x = item_.picture * c_.x_picture + deep.first_input(item_.depth) * deep.x_step +
                      tall.first_input(row) * tall.x_step + wide.first_input(column) * wide.x_step;
    const int64_t y =
        item_.picture * c_.y_picture + item_.depth * deep.y_step + row * tall.y_step + column * wide.y_step;
    return {x,
            y,
            along.stride * along.x_step,
            along.y_step,
            count,
            {deep.taps_inside(item_.depth), tall.taps_inside(row), wide.taps_inside(column)}};
  }

  void multiply(const Run& run) const {
    const CorrelationAxis &deep = c_.axes[0], &tall = c_.axes[1], &wide = c_.axes[2];
    const bool whole_rows = c_.row_is_one_sum();
    const int64_t sums = whole_rows ? 1 : run.taps.width.size();
    const int64_t depth = whole_rows ? run.taps.width.size() * c_.channels : c_.channels;
    int64_t x_at[kMostTaps];
    const T* b[kMostTaps];
    int64_t taps = 0;
    bool accumulate = false;
    const auto flush = [&] {
      multiply_tiles(run, taps, x_at, b, depth, accumulate);
      taps = 0;
      accumulate = true;
    };
    for (int64_t i = run.taps.depth.begin; i < run.taps.depth.end; ++i) {
      for (int64_t j = run.taps.height.begin; j < run.taps.height.end; ++j) {
        for (int64_t k = run.taps.width.begin; k < run.taps.width.begin + sums; ++k) {
          x_at[taps] = run.x + i * deep.dilation * deep.x_step + j * tall.dilation * tall.x_step +
                       k * wide.dilation * wide.x_step;
          b[taps] = packed_ + ((i * tall.taps + j) * wide.taps + k) * c_.channels * panel_width_;
          if (++taps == kMostTaps) flush();
        }
      }
    }
    if (taps > 0 || !accumulate) flush();
  }

  // The run in even tiles.
  void multiply_tiles(const Run& run, int64_t taps, const int64_t* x_at, const T* const* b, int64_t depth,
                      bool accumulate) const {
    const T* a[kMostTaps];
    kernels::Brgemm<T> tile{.batch = taps,
                            .a = a,
                            .b = b,
                            .a_row = run.x_step,
                            .a_k = 1,
                            .b_row = panel_width_,
                            .k = depth,
                            .c = nullptr,
                            .ldc = run.y_step,
                            .rows = 0,
                            .cols = cols_,
                            .bias = bias_,
                            .accumulate = accumulate};
    // The next tile's pixels of the last tap, which no tile had before.
    const int64_t steps = taps * depth;
    const bool fetches = steps >= kLongSum;
    if (fetches) tile.ahead_step = ceil_div(kernels_.geometry<T>().tile_rows * run.x_step, steps);
    for_each_even_part(run.count, kernels_.geometry<T>().tile_rows, [&](int64_t first, int64_t rows) {
      tile.rows = rows;
      tile.c = y_ + run.y + first * run.y_step;
      for (int64_t i = 0; i < taps; ++i) a[i] = x_ + (x_at[i] + first * run.x_step);
      if (fetches) tile.ahead = a[taps - 1] + rows * run.x_step;
      kernels_.table<T>().brgemm(tile);
    });
  }

  const kernels::Kernels& kernels_;
  const Correlation<T>& c_;
  const CorrelationItem& item_;
  int64_t panel_width_;
  const T* x_;
  T* y_;
  const T* bias_;
  const T* packed_;
  int64_t cols_;
};

}  // namespace

template <class T>
void correlate(const kernels::Kernels& kernels, const Correlation<T>& c, const CorrelationCut& cut,
               const CorrelationItem& item) {
  for (int64_t panel = item.first_panel; panel < item.end_panel; ++panel) {
    PanelPass<T>(kernels, c, cut, item, panel).run();
  }
}

template void correlate(const kernels::Kernels&, const Correlation<float>&, const CorrelationCut&,
                        const CorrelationItem&);
template void correlate(const kernels::Kernels&, const Correlation<double>&, const CorrelationCut&,
                        const CorrelationItem&);

}  // namespace lamella::cpu
