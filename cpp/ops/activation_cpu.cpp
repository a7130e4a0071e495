#include "ops/activation.h"

#include <algorithm>

namespace lamella::ops {

namespace {

void forward(const Context& context, Activation kind, double alpha, const TensorView& x,
             const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().activation_forward(kind, static_cast<T>(alpha), end - begin,
                                                    x.as<T>() + begin, y.as<T>() + begin);
    });
  });
}

void backward(const Context& context, Activation kind, double alpha, const TensorView& saved,
              const TensorView& dy, const TensorView& dx) {
  dispatch(dy.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(dy.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().activation_backward(kind, static_cast<T>(alpha), end - begin,
                                                     saved.as<T>() + begin, dy.as<T>() + begin,
                                                     dx.as<T>() + begin);
    });
  });
}

void softmax_forward(const Context& context, const TensorView& x, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(x.rows, rows_per_chunk(x.cols), [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().softmax_forward(end - begin, x.cols, x.as<T>() + begin * x.cols,
                                                 y.as<T>() + begin * x.cols);
    });
  });
}

void softmax_backward(const Context& context, const TensorView& y, const TensorView& dy,
                      const TensorView& dx) {
  dispatch(y.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(y.rows, rows_per_chunk(y.cols), [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * y.cols;
      context.kernels.table<T>().softmax_backward(end - begin, y.cols, y.as<T>() + offset,
                                                  dy.as<T>() + offset, dx.as<T>() + offset);
    });
  });
}

}  // namespace

extern const ActivationOps activation_cpu;
const ActivationOps activation_cpu{forward, backward, softmax_forward, softmax_backward};

}  // namespace lamella::ops
