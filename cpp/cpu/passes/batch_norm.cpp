#include <algorithm>
#include <cmath>

#include "cpu/column_blocks.h"
#include "cpu/slices.h"
#include "cpu/tables.h"
#include "ops/batch_norm.h"

namespace lamella::cpu {

namespace {

// How the work is cut, by its shape alone. Short values (of dense layers) into blocks of channels, each over
// all rows; tall ones (of convolutions) into chunks of rows, whose statistics are merged in order: what lies
// in memory row by row is then read row by row, and a chunk's second pass finds it in the cache.
struct Cut {
  int64_t rows, channels, chunk_rows, chunks;

  Cut(int64_t all_rows, int64_t all_channels) : rows(all_rows), channels(all_channels) {
    chunk_rows = std::max<int64_t>(128, kNormChunkElements / std::max<int64_t>(channels, 1));
    chunks = rows > 2 * chunk_rows ? ceil_div(rows, chunk_rows) : 1;
  }
  int64_t rows_of(int64_t chunk) const { return std::min(chunk_rows, rows - chunk * chunk_rows); }
};

constexpr int64_t kBlockChannels = 32;

template <class Body>
void for_channel_blocks(const Context& context, const Cut& cut, Body&& body) {
  for_column_blocks(context, cut.channels, kBlockChannels, cut.rows * kBlockChannels * 2, body);
}

// body(chunk, first row, rows).
template <class Body>
void for_row_chunks(const Context& context, const Cut& cut, Body&& body) {
  context.device.threads.parallel_for(cut.chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) body(chunk, chunk * cut.chunk_rows, cut.rows_of(chunk));
  });
}

// Elements: two numbers a channel for the whole, and for each chunk.
int64_t scratch_elements(const Cut& cut) { return 2 * cut.channels * (cut.chunks + 1); }

int64_t scratch_bytes(DType dtype, int64_t rows, int64_t channels) {
  return checked_product(scratch_elements(Cut(rows, channels)), size_of(dtype));
}

template <class T>
T inverse_deviation(T variance, double epsilon) {
  return T(1) / std::sqrt(variance + static_cast<T>(epsilon));
}

template <class T>
void scales(const BatchNormForward& p, int64_t first, int64_t count) {
  const T* variance = static_cast<const T*>(p.variance);
  T* inv_std = static_cast<T*>(p.inv_std);
  T* scale = static_cast<T*>(p.scale);
  for (int64_t c = first; c < first + count; ++c) {
    inv_std[c] = inverse_deviation(variance[c], p.epsilon);
    scale[c] = p.gamma ? p.gamma.as<T>()[c] * inv_std[c] : inv_std[c];
  }
}

// Mean and biased variance of all rows from those of the chunks (Chan, Golub & LeVeque 1979).
template <class T>
void merge_moments(const Cut& cut, const T* chunks, T* mean, T* variance) {
  for (int64_t c = 0; c < cut.channels; ++c) {
    const auto average = [&](auto value) {
      double sum = 0;
      for (int64_t chunk = 0; chunk < cut.chunks; ++chunk)
        sum += static_cast<double>(cut.rows_of(chunk)) * value(chunks + chunk * 2 * cut.channels + c);
      return sum / static_cast<double>(cut.rows);
    };
    const double middle = average([](const T* moments) { return double(moments[0]); });
    mean[c] = static_cast<T>(middle);
    variance[c] = static_cast<T>(average([&](const T* moments) {
      const double apart = double(moments[0]) - middle;
      return double(moments[cut.channels]) + apart * apart;
    }));
  }
}

template <class T>
kernels::BatchNormBlock<T> forward_block(const BatchNormForward& p, int64_t row, int64_t rows, int64_t first,
                                         int64_t count) {
  const int64_t at = row * p.x.cols + first;
  return {.activation = p.activation,
          .alpha = static_cast<T>(p.alpha),
          .rows = rows,
          .cols = count,
          .ld = p.x.cols,
          .population = p.x.rows,
          .x = p.x.as<T>() + at,
          .mean = static_cast<const T*>(p.mean) + first,
          .scale = static_cast<const T*>(p.scale) + first,
          .beta = p.beta ? p.beta.as<T>() + first : nullptr,
          .inv_std = nullptr,
          .y = p.y.as<T>() + at,
          .dy = nullptr,
          .dx = nullptr,
          .sum_dz = nullptr,
          .sum_dz_xhat = nullptr};
}

template <class T>
void forward_of_short(const Context& context, const Cut& cut, const BatchNormForward& p) {
  for_channel_blocks(context, cut, [&](int64_t first, int64_t count) {
    const auto& table = kernels_of(context).table<T>();
    if (p.training) {
      table.column_moments(cut.rows, count, cut.channels, p.x.as<T>() + first,
                           static_cast<T*>(p.mean) + first, static_cast<T*>(p.variance) + first);
    }
    scales<T>(p, first, count);
    table.batch_norm_forward(forward_block<T>(p, 0, cut.rows, first, count));
  });
}

template <class T>
void forward_of_tall(const Context& context, const Cut& cut, const BatchNormForward& p) {
  const auto& table = kernels_of(context).table<T>();
  if (p.training) {
    T* moments = static_cast<T*>(p.scratch);
    for_row_chunks(context, cut, [&](int64_t chunk, int64_t row, int64_t rows) {
      T* mean = moments + chunk * 2 * cut.channels;
      table.column_moments(rows, cut.channels, cut.channels, p.x.as<T>() + row * cut.channels, mean,
                           mean + cut.channels);
    });
    merge_moments(cut, moments, static_cast<T*>(p.mean), static_cast<T*>(p.variance));
  }
  scales<T>(p, 0, cut.channels);
  for_row_chunks(context, cut, [&](int64_t, int64_t row, int64_t rows) {
    table.batch_norm_forward(forward_block<T>(p, row, rows, 0, cut.channels));
  });
}

void forward(const Context& context, const BatchNormForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const Cut cut(p.x.rows, p.x.cols);
    cut.chunks == 1 ? forward_of_short<T>(context, cut, p) : forward_of_tall<T>(context, cut, p);
  });
}

// sums: two numbers for each of the block's channels, `apart` from each other.
template <class T>
kernels::BatchNormBlock<T> backward_block(const BatchNormBackward& p, int64_t row, int64_t rows,
                                          int64_t first, int64_t count, T* sums) {
  const int64_t at = row * p.x.cols + first;
  return {.activation = p.activation,
          .alpha = static_cast<T>(p.alpha),
          .rows = rows,
          .cols = count,
          .ld = p.x.cols,
          .population = p.x.rows,
          .x = p.x.as<T>() + at,
          .mean = static_cast<const T*>(p.mean) + first,
          .scale = static_cast<const T*>(p.scale) + first,
          .beta = nullptr,
          .inv_std = static_cast<const T*>(p.inv_std) + first,
          .y = p.y ? p.y.as<T>() + at : nullptr,
          .dy = p.dy.as<T>() + at,
          .dx = p.dx ? p.dx.as<T>() + at : nullptr,
          .sum_dz = sums + first,
          .sum_dz_xhat = sums + p.x.cols + first};
}

template <class T>
void store_gradients(const BatchNormBackward& p, const T* sums, int64_t first, int64_t count) {
  if (p.beta_gradient) std::copy_n(sums + first, count, p.beta_gradient.as<T>() + first);
  if (p.gamma_gradient) std::copy_n(sums + p.x.cols + first, count, p.gamma_gradient.as<T>() + first);
}

template <class T>
void backward_of_short(const Context& context, const Cut& cut, const BatchNormBackward& p) {
  T* sums = static_cast<T*>(p.scratch);
  for_channel_blocks(context, cut, [&](int64_t first, int64_t count) {
    const auto block = backward_block(p, 0, cut.rows, first, count, sums);
    kernels_of(context).table<T>().batch_norm_reduce(block);
    store_gradients(p, sums, first, count);
    if (p.dx) kernels_of(context).table<T>().batch_norm_input_gradient(block, p.training);
  });
}

template <class T>
void backward_of_tall(const Context& context, const Cut& cut, const BatchNormBackward& p) {
  const auto& table = kernels_of(context).table<T>();
  const int64_t channels = cut.channels;
  T* sums = static_cast<T*>(p.scratch);
  T* chunk_sums = sums + 2 * channels;
  for_row_chunks(context, cut, [&](int64_t chunk, int64_t row, int64_t rows) {
    T* own_sums = chunk_sums + chunk * 2 * channels;
    table.batch_norm_reduce(backward_block(p, row, rows, 0, channels, own_sums));
  });
  std::copy_n(chunk_sums, 2 * channels, sums);
  add_slices(context, cut.chunks, 2 * channels, chunk_sums + 2 * channels, sums);
  store_gradients(p, sums, 0, channels);
  if (!p.dx) return;
  for_row_chunks(context, cut, [&](int64_t, int64_t row, int64_t rows) {
    table.batch_norm_input_gradient(backward_block(p, row, rows, 0, channels, sums), p.training);
  });
}

void backward(const Context& context, const BatchNormBackward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const Cut cut(p.x.rows, p.x.cols);
    cut.chunks == 1 ? backward_of_short<T>(context, cut, p) : backward_of_tall<T>(context, cut, p);
  });
}

void fold(const Context&, const BatchNormFold& p) {
  dispatch(p.scale.dtype, [&](auto t) {
    using T = decltype(t);
    for (int64_t c = 0; c < p.scale.size(); ++c) {
      const T inverse = inverse_deviation(p.variance.as<T>()[c], p.epsilon);
      const T scale = p.gamma ? p.gamma.as<T>()[c] * inverse : inverse;
      const T bias = p.bias ? p.bias.as<T>()[c] : T(0);
      p.scale.as<T>()[c] = scale;
      p.offset.as<T>()[c] = (bias - p.mean.as<T>()[c]) * scale + (p.beta ? p.beta.as<T>()[c] : T(0));
    }
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

const BatchNormOps batch_norm_ops{scratch_bytes, forward, backward, fold, update_moving};

}  // namespace lamella::cpu
