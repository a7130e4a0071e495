#include <algorithm>
#include <cmath>

#include "ops/batch_norm.h"
#include "ops/column_blocks.h"

namespace lamella::ops {

namespace {

// Channels are cut into blocks of this many; a block's statistics are summed over all rows in order.
constexpr int64_t kBlockChannels = 32;

template <class Body>
void for_channel_blocks(const Context& context, int64_t rows, int64_t channels, Body&& body) {
  for_column_blocks(context, channels, kBlockChannels, rows * kBlockChannels * 2, body);
}

template <class T>
void scales(const BatchNormForward& p, int64_t first, int64_t count) {
  const T* variance = static_cast<const T*>(p.variance);
  T* inv_std = static_cast<T*>(p.inv_std);
  T* scale = static_cast<T*>(p.scale);
  for (int64_t c = first; c < first + count; ++c) {
    inv_std[c] = T(1) / std::sqrt(variance[c] + static_cast<T>(p.epsilon));
    scale[c] = p.gamma ? p.gamma.as<T>()[c] * inv_std[c] : inv_std[c];
  }
}

void forward(const Context& context, const BatchNormForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    for_channel_blocks(context, p.x.rows, p.x.cols, [&](int64_t first, int64_t count) {
      const auto& table = context.kernels.table<T>();
      T* mean = static_cast<T*>(p.mean) + first;
      const T* x = p.x.as<T>() + first;
      if (p.training) {
        table.column_moments(p.x.rows, count, p.x.cols, x, mean, static_cast<T*>(p.variance) + first);
      }
      scales<T>(p, first, count);
      table.batch_norm_forward({.activation = p.activation,
                                .alpha = static_cast<T>(p.alpha),
                                .rows = p.x.rows,
                                .cols = count,
                                .ld = p.x.cols,
                                .x = x,
                                .mean = mean,
                                .scale = static_cast<const T*>(p.scale) + first,
                                .beta = p.beta ? p.beta.as<T>() + first : nullptr,
                                .inv_std = nullptr,
                                .y = p.y.as<T>() + first,
                                .dy = nullptr,
                                .dx = nullptr,
                                .sum_dz = nullptr,
                                .sum_dz_xhat = nullptr});
    });
  });
}

void backward(const Context& context, const BatchNormBackward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    for_channel_blocks(context, p.x.rows, p.x.cols, [&](int64_t first, int64_t count) {
      T* sums = static_cast<T*>(p.scratch);
      const kernels::BatchNormBlock<T> block{.activation = p.activation,
                                             .alpha = static_cast<T>(p.alpha),
                                             .rows = p.x.rows,
                                             .cols = count,
                                             .ld = p.x.cols,
                                             .x = p.x.as<T>() + first,
                                             .mean = static_cast<const T*>(p.mean) + first,
                                             .scale = static_cast<const T*>(p.scale) + first,
                                             .beta = nullptr,
                                             .inv_std = static_cast<const T*>(p.inv_std) + first,
                                             .y = p.y ? p.y.as<T>() + first : nullptr,
                                             .dy = p.dy.as<T>() + first,
                                             .dx = p.dx ? p.dx.as<T>() + first : nullptr,
                                             .sum_dz = sums + first,
                                             .sum_dz_xhat = sums + p.x.cols + first};
      context.kernels.table<T>().batch_norm_reduce(block);
      if (p.beta_gradient) std::copy_n(block.sum_dz, count, p.beta_gradient.as<T>() + first);
      if (p.gamma_gradient) std::copy_n(block.sum_dz_xhat, count, p.gamma_gradient.as<T>() + first);
      if (p.dx) context.kernels.table<T>().batch_norm_input_gradient(block, p.training);
    });
  });
}

void update_moving(const Context&, const TensorView& moving, const void* batch, double momentum) {
  dispatch(moving.dtype, [&](auto t) {
    using T = decltype(t);
    const T keep = static_cast<T>(momentum), take = static_cast<T>(1 - momentum);
    const T* values = static_cast<const T*>(batch);
    for (int64_t i = 0; i < moving.size(); ++i)
      moving.as<T>()[i] = moving.as<T>()[i] * keep + values[i] * take;
  });
}

}  // namespace

extern const BatchNormOps batch_norm_cpu;
const BatchNormOps batch_norm_cpu{forward, backward, update_moving};

}  // namespace lamella::ops
