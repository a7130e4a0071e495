// Small passes over whole tensors.
#pragma once
#include <span>
#include <vector>

#include "base/activation.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct ElementwiseOps {
  void (*add)(const Context&, const TensorView& x, const TensorView& y);  // y += x
  // y = activation(a + b); y may be a.
  void (*sum)(const Context&, const TensorView& a, const TensorView& b, Activation activation, double alpha,
              const TensorView& y);
  void (*axpy)(const Context&, double a, const TensorView& x, const TensorView& y);      // y += a * x
  void (*add_sign)(const Context&, double a, const TensorView& x, const TensorView& y);  // y += a * sign(x)
  void (*scale)(const Context&, double a, const TensorView& y);                          // y *= a
  void (*clip)(const Context&, double low, double high, const TensorView& y);            // not-a-number stays
  // y[i, j] = x[i, j] * scale[j] + offset[j]; offset may be null.
  void (*scale_columns)(const Context&, const TensorView& x, const void* scale, const void* offset,
                        const TensorView& y);
  // y[b, p, c] = x[b, p, c] * scale[b, c] for so many positions p; y may be x.
  void (*scale_channels)(const Context&, int64_t positions, const TensorView& x, const TensorView& scale,
                         const TensorView& y);
  // Accumulated in double over blocks cut by the size alone, added in order: the same bits on any threads.
  double (*sum_squares)(const Context&, const TensorView& x);
  double (*sum_absolute)(const Context&, const TensorView& x);
  // y[i] = x[from[i]], and y[to[i]] = the sum of the x[i], in order.
  void (*spread)(const Context&, const TensorView& x, const std::vector<int32_t>& from, const TensorView& y);
  void (*collect)(const Context&, const TensorView& x, const std::vector<int32_t>& to, const TensorView& y);
  void (*fill)(const Context&, double value, const TensorView& y);
  void (*copy)(const Context&, const TensorView& x, const TensorView& y);
  void (*assign)(const Context&, std::span<const double> values, const TensorView& y);  // from the host
  void (*repeat)(const Context&, const TensorView& x, const TensorView& y);             // y[i, j] = x[i]
};

}  // namespace lamella::ops
