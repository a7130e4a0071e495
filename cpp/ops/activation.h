// Element-wise activations, and those of rows.
#pragma once
#include "base/activation.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// What is done to rows of the last axis.
enum class RowActivation { softmax, log_softmax, sparsemax };

struct ActivationOps {
  // True where other ops take the activation along: from its output y and at most the number a.
  bool (*can_fuse)(Activation);
  // y = f(x); y may be x.
  void (*forward)(const Context&, Activation, const ActivationParameters<double>&, const TensorView& x,
                  const TensorView& y);
  // dx = dy * f'; saved is y where gradient_from_output(kind), else x. dx may be dy.
  void (*backward)(const Context&, Activation, const ActivationParameters<double>&, const TensorView& saved,
                   const TensorView& dy, const TensorView& dx);
  // y may be x, and dx may be dy.
  void (*rows_forward)(const Context&, RowActivation, const TensorView& x, const TensorView& y);
  void (*rows_backward)(const Context&, RowActivation, const TensorView& y, const TensorView& dy,
                        const TensorView& dx);
  // y = first half of a row of x * sigmoid(second half) (Dauphin et al., arXiv 1612.08083).
  void (*gated_linear_forward)(const Context&, const TensorView& x, const TensorView& y);
  void (*gated_linear_backward)(const Context&, const TensorView& x, const TensorView& dy,
                                const TensorView& dx);
  // y = x, alpha x where x < 0; alpha has a number for each column. dx may be dy. Absent outputs are not
  // computed.
  void (*prelu_forward)(const Context&, const TensorView& x, const void* alpha, const TensorView& y);
  void (*prelu_backward)(const Context&, const TensorView& x, const void* alpha, const TensorView& dy,
                         const TensorView& dx, void* alpha_gradient);
};

}  // namespace lamella::ops
