// Normalisation of rows by their own statistics: layer, group, root mean square and unit normalisation.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// See kernels::RowNormBlock. gamma and beta hold groups * width numbers, width = their number / groups, and a
// row of x is so many segments of them.
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
