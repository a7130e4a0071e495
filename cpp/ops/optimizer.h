// Fused optimizer passes over flat spans of parameters. Formulas: Keras 3.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct NadamFactors {
  double m, g, v;
};

// FTRL-proximal with accumulators a, linear terms l and weights w:
//   root = (a + g^2)^power;  l += g + 2 shrinkage w - (root - a^power) / learning_rate * w
//   w = (clip(l, -l1, l1) - l) / (root / learning_rate + 2 l2);  a += g^2
// power is the negative of Keras's learning_rate_power.
struct FtrlSettings {
  double learning_rate, power, l1, l2, shrinkage;
};

struct OptimizerOps {
  // momentum may be absent: w -= lr g; else m = momentum m - lr g; w += m, or with nesterov momentum m - lr
  // g.
  void (*sgd)(const Context&, double learning_rate, double momentum, bool nesterov,
              const TensorView& gradient, const TensorView& momentums, const TensorView& parameters);
  // alpha = lr sqrt(1 - beta_2^t) / (1 - beta_1^t) (Kingma & Ba 2014, arXiv 1412.6980, section 2, last
  // paragraph). With largest (amsgrad) the largest velocity so far takes the place of the velocity.
  void (*adam)(const Context&, double alpha, double beta_1, double beta_2, double epsilon,
               const TensorView& gradient, const TensorView& momentums, const TensorView& velocities,
               const TensorView& largest, const TensorView& parameters);
  // w -= (m_factor m + g_factor g) / (sqrt(v_factor v) + epsilon).
  void (*nadam)(const Context&, const NadamFactors& factors, double beta_1, double beta_2, double epsilon,
                const TensorView& gradient, const TensorView& momentums, const TensorView& velocities,
                const TensorView& parameters);
  // alpha = lr / (1 - beta_1^t).
  void (*adamax)(const Context&, double alpha, double beta_1, double beta_2, double epsilon,
                 const TensorView& gradient, const TensorView& momentums, const TensorView& norms,
                 const TensorView& parameters);
  // momentums and means may be absent.
  void (*rmsprop)(const Context&, double learning_rate, double rho, double momentum, double epsilon,
                  const TensorView& gradient, const TensorView& velocities, const TensorView& momentums,
                  const TensorView& means, const TensorView& parameters);
  void (*adagrad)(const Context&, double learning_rate, double epsilon, const TensorView& gradient,
                  const TensorView& accumulators, const TensorView& parameters);
  void (*adadelta)(const Context&, double learning_rate, double rho, double epsilon,
                   const TensorView& gradient, const TensorView& gradient_squares,
                   const TensorView& change_squares, const TensorView& parameters);
  void (*lion)(const Context&, double learning_rate, double beta_1, double beta_2, const TensorView& gradient,
               const TensorView& momentums, const TensorView& parameters);
  void (*ftrl)(const Context&, const FtrlSettings& settings, const TensorView& gradient,
               const TensorView& accumulators, const TensorView& linears, const TensorView& parameters);
};

}  // namespace lamella::ops
