// Fused optimizer passes over flat spans of parameters. Formulas: Keras 3.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct OptimizerOps {
  // momentum may be absent: w -= lr g; else m = momentum m - lr g; w += m, or with nesterov momentum m - lr
  // g.
  void (*sgd)(const Context&, double learning_rate, double momentum, bool nesterov,
              const TensorView& gradient, const TensorView& momentums, const TensorView& parameters);
  // alpha = lr sqrt(1 - beta_2^t) / (1 - beta_1^t) (Kingma & Ba 2014, arXiv 1412.6980, section 2, last
  // paragraph).
  void (*adam)(const Context&, double alpha, double beta_1, double beta_2, double epsilon,
               const TensorView& gradient, const TensorView& momentums, const TensorView& velocities,
               const TensorView& parameters);
};

}  // namespace lamella::ops
