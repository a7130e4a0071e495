#include "ops/optimizer.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Elements of a tensor from begin on; null where it is absent.
template <class T>
T* at(const TensorView& tensor, int64_t begin) {
  return tensor ? tensor.as<T>() + begin : nullptr;
}

// body(table, T{}, begin, count) for the chunks of the parameters.
template <class Body>
void over_chunks(const Context& context, const TensorView& parameters, Body body) {
  dispatch(parameters.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(parameters.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      body(kernels_of(context).table<T>(), T{}, begin, end - begin);
    });
  });
}

void sgd(const Context& context, double learning_rate, double momentum, bool nesterov,
         const TensorView& gradient, const TensorView& momentums, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.sgd(count, static_cast<T>(learning_rate), static_cast<T>(momentum), nesterov,
              at<T>(gradient, begin), at<T>(momentums, begin), at<T>(parameters, begin));
  });
}

void adam(const Context& context, double alpha, double beta_1, double beta_2, double epsilon,
          const TensorView& gradient, const TensorView& momentums, const TensorView& velocities,
          const TensorView& largest, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.adam(count, static_cast<T>(alpha), static_cast<T>(beta_1), static_cast<T>(beta_2),
               static_cast<T>(epsilon), at<T>(gradient, begin), at<T>(momentums, begin),
               at<T>(velocities, begin), at<T>(largest, begin), at<T>(parameters, begin));
  });
}

void nadam(const Context& context, const NadamFactors& factors, double beta_1, double beta_2, double epsilon,
           const TensorView& gradient, const TensorView& momentums, const TensorView& velocities,
           const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.nadam(count, static_cast<T>(factors.m), static_cast<T>(factors.g), static_cast<T>(factors.v),
                static_cast<T>(beta_1), static_cast<T>(beta_2), static_cast<T>(epsilon),
                at<T>(gradient, begin), at<T>(momentums, begin), at<T>(velocities, begin),
                at<T>(parameters, begin));
  });
}

void adamax(const Context& context, double alpha, double beta_1, double beta_2, double epsilon,
            const TensorView& gradient, const TensorView& momentums, const TensorView& norms,
            const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.adamax(count, static_cast<T>(alpha), static_cast<T>(beta_1), static_cast<T>(beta_2),
                 static_cast<T>(epsilon), at<T>(gradient, begin), at<T>(momentums, begin),
                 at<T>(norms, begin), at<T>(parameters, begin));
  });
}

void rmsprop(const Context& context, double learning_rate, double rho, double momentum, double epsilon,
             const TensorView& gradient, const TensorView& velocities, const TensorView& momentums,
             const TensorView& means, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.rmsprop(count, static_cast<T>(learning_rate), static_cast<T>(rho), static_cast<T>(momentum),
                  static_cast<T>(epsilon), at<T>(gradient, begin), at<T>(velocities, begin),
                  at<T>(momentums, begin), at<T>(means, begin), at<T>(parameters, begin));
  });
}

void adagrad(const Context& context, double learning_rate, double epsilon, const TensorView& gradient,
             const TensorView& accumulators, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.adagrad(count, static_cast<T>(learning_rate), static_cast<T>(epsilon), at<T>(gradient, begin),
                  at<T>(accumulators, begin), at<T>(parameters, begin));
  });
}

void adadelta(const Context& context, double learning_rate, double rho, double epsilon,
              const TensorView& gradient, const TensorView& gradient_squares,
              const TensorView& change_squares, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.adadelta(count, static_cast<T>(learning_rate), static_cast<T>(rho), static_cast<T>(epsilon),
                   at<T>(gradient, begin), at<T>(gradient_squares, begin), at<T>(change_squares, begin),
                   at<T>(parameters, begin));
  });
}

void lion(const Context& context, double learning_rate, double beta_1, double beta_2,
          const TensorView& gradient, const TensorView& momentums, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.lion(count, static_cast<T>(learning_rate), static_cast<T>(beta_1), static_cast<T>(beta_2),
               at<T>(gradient, begin), at<T>(momentums, begin), at<T>(parameters, begin));
  });
}

void ftrl(const Context& context, const FtrlSettings& settings, const TensorView& gradient,
          const TensorView& accumulators, const TensorView& linears, const TensorView& parameters) {
  over_chunks(context, parameters, [&](const auto& table, auto t, int64_t begin, int64_t count) {
    using T = decltype(t);
    table.ftrl({.n = count,
                .learning_rate = static_cast<T>(settings.learning_rate),
                .power = static_cast<T>(settings.power),
                .l1 = static_cast<T>(settings.l1),
                .l2 = static_cast<T>(settings.l2),
                .shrinkage = static_cast<T>(settings.shrinkage),
                .g = at<T>(gradient, begin),
                .a = at<T>(accumulators, begin),
                .l = at<T>(linears, begin),
                .w = at<T>(parameters, begin)});
  });
}

}  // namespace

const OptimizerOps optimizer_ops{sgd, adam, nadam, adamax, rmsprop, adagrad, adadelta, lion, ftrl};

}  // namespace lamella::cpu
