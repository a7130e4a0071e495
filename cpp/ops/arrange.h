// The same numbers in another arrangement.
#pragma once
#include "base/shape.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// Of a row that is permuted.
inline constexpr size_t kMostAxes = 16;

// What lies along an axis as weighted sums of what lay there before:
//   y[:, i, :] = sum over starts[i] <= k < starts[i + 1] of weights[k] x[:, sources[k], :]
// The gradient is the map the other way round.
struct AxisMap {
  int64_t inputs = 0;
  std::vector<int64_t> starts{0};
  std::vector<int64_t> sources;
  std::vector<double> weights;

  int64_t outputs() const { return static_cast<int64_t>(starts.size()) - 1; }
};

struct ArrangeOps {
  // y[b, i_axes[0], i_axes[1] ...] = x[b, i_0, i_1 ...] for rows of this shape: axis k of y is axis axes[k]
  // of x.
  void (*permute)(const Context&, const Shape& shape, const std::vector<int64_t>& axes, const TensorView& x,
                  const TensorView& y);
  // x[outer * map.inputs, inner], y[outer * map.outputs(), inner].
  void (*map_axis)(const Context&, const AxisMap& map, const TensorView& x, const TensorView& y);
  // y[b, to + j] = x[b, from + j] for j < cols.
  void (*copy_columns)(const Context&, int64_t cols, const TensorView& x, int64_t from, const TensorView& y,
                       int64_t to);
};

}  // namespace lamella::ops
