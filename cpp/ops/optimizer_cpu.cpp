#include "ops/optimizer.h"

namespace lamella::ops {

namespace {

void sgd(const Context& context, double learning_rate, double momentum, bool nesterov,
         const TensorView& gradient, const TensorView& momentums, const TensorView& parameters) {
  dispatch(parameters.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(parameters.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().sgd(end - begin, static_cast<T>(learning_rate), static_cast<T>(momentum),
                                     nesterov, gradient.as<T>() + begin,
                                     momentums ? momentums.as<T>() + begin : nullptr,
                                     parameters.as<T>() + begin);
    });
  });
}

void adam(const Context& context, double alpha, double beta_1, double beta_2, double epsilon,
          const TensorView& gradient, const TensorView& momentums, const TensorView& velocities,
          const TensorView& parameters) {
  dispatch(parameters.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(parameters.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().adam(end - begin, static_cast<T>(alpha), static_cast<T>(beta_1),
                                      static_cast<T>(beta_2), static_cast<T>(epsilon),
                                      gradient.as<T>() + begin, momentums.as<T>() + begin,
                                      velocities.as<T>() + begin, parameters.as<T>() + begin);
    });
  });
}

}  // namespace

extern const OptimizerOps optimizer_cpu;
const OptimizerOps optimizer_cpu{sgd, adam};

}  // namespace lamella::ops
