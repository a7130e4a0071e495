// Small passes over whole tensors.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct ElementwiseOps {
  void (*add)(const Context&, const TensorView& x, const TensorView& y);             // y += x
  void (*axpy)(const Context&, double a, const TensorView& x, const TensorView& y);  // y += a * x
  // y[i, j] = x[i, j] * scale[j] + offset[j]; offset may be null.
  void (*scale_columns)(const Context&, const TensorView& x, const void* scale, const void* offset,
                        const TensorView& y);
  double (*sum_squares)(const Context&, const TensorView& x);
  void (*copy)(const Context&, const TensorView& x, const TensorView& y);
};

}  // namespace lamella::ops
