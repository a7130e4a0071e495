// Normalisation of rows by their own statistics: layer, group, root mean square and unit normalisation.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// Each row of x[rows, segments * width] by its own statistics:
//   y = gamma * (x - mean) * inverse + beta, inverse = 1 / sqrt(mean of (x - mean)^2 + epsilon)
// mean is 0 unless centred; unit takes 1 / sqrt(max(sum of x^2, epsilon)) for the inverse. gamma and beta
// hold groups * width numbers, of which row i uses those from i % groups * width on, the same for all its
// segments.
struct RowNormSettings {
  bool centred, unit;
  double epsilon;
  int64_t groups, width;
};

struct RowNormOps {
  // mean and inverse: a number for each row, written for the backward pass. y may be x.
  void (*forward)(const Context&, const RowNormSettings& settings, const TensorView& x,
                  const TensorView& gamma, const TensorView& beta, const TensorView& y, void* mean,
                  void* inverse);
  // Bytes of scratch: partial sums of the gradients of gamma and beta.
  int64_t (*scratch_bytes)(DType dtype, const RowNormSettings& settings);
  // Absent outputs are not computed. dx may be dy.
  void (*backward)(const Context&, const RowNormSettings& settings, const TensorView& x,
                   const TensorView& gamma, const void* mean, const void* inverse, const TensorView& dy,
                   const TensorView& dx, const TensorView& gamma_gradient, const TensorView& beta_gradient,
                   void* scratch);
};

}  // namespace lamella::ops
