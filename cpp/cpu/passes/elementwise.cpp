#include <algorithm>
#include <cstring>

#include "base/shape.h"
#include "cpu/tables.h"
#include "ops/elementwise.h"

namespace lamella::cpu {

namespace {

void axpy(const Context& context, double a, const TensorView& x, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().axpy(end - begin, static_cast<T>(a), x.as<T>() + begin,
                                          y.as<T>() + begin);
    });
  });
}

void add(const Context& context, const TensorView& x, const TensorView& y) { axpy(context, 1.0, x, y); }

void sum(const Context& context, const TensorView& a, const TensorView& b, Activation activation,
         double alpha, const TensorView& y) {
  dispatch(y.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    context.device.threads.parallel_for(y.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      T* out = y.as<T>() + begin;
      if (a.data != y.data) std::copy(a.as<T>() + begin, a.as<T>() + end, out);
      table.add(end - begin, b.as<T>() + begin, out);
      if (activation == Activation::linear) return;
      table.activation_forward(activation, {.a = static_cast<T>(alpha)}, end - begin, out, out);
    });
  });
}

void add_sign(const Context& context, double a, const TensorView& x, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().add_sign(end - begin, static_cast<T>(a), x.as<T>() + begin,
                                              y.as<T>() + begin);
    });
  });
}

// body(table, data, count) for the chunks of y.
template <class Body>
void in_place(const Context& context, const TensorView& y, Body body) {
  dispatch(y.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(y.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      body(kernels_of(context).table<T>(), y.as<T>() + begin, end - begin);
    });
  });
}

void scale(const Context& context, double a, const TensorView& y) {
  in_place(context, y, [&](const auto& table, auto* data, int64_t count) {
    table.scale(count, static_cast<std::remove_pointer_t<decltype(data)>>(a), data);
  });
}

void clip(const Context& context, double low, double high, const TensorView& y) {
  in_place(context, y, [&](const auto& table, auto* data, int64_t count) {
    using T = std::remove_pointer_t<decltype(data)>;
    table.clip(count, static_cast<T>(low), static_cast<T>(high), data);
  });
}

void fill(const Context& context, double value, const TensorView& y) {
  in_place(context, y, [&](const auto&, auto* data, int64_t count) {
    std::fill_n(data, count, static_cast<std::remove_pointer_t<decltype(data)>>(value));
  });
}

void scale_columns(const Context& context, const TensorView& x, const void* scale, const void* offset,
                   const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(x.rows, rows_per_chunk(x.cols), [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().scale_columns(end - begin, x.cols, x.as<T>() + begin * x.cols,
                                                   static_cast<const T*>(scale),
                                                   static_cast<const T*>(offset), y.as<T>() + begin * y.cols);
    });
  });
}

// kernel(table, count, data) over at most kBlocks blocks, whose sums are added in order.
template <class Kernel>
double sum_of_blocks(const Context& context, const TensorView& x, Kernel kernel) {
  constexpr int64_t kBlocks = 64;
  const int64_t size = x.size(), block = std::max(kGrainElements, ceil_div(size, kBlocks));
  double sums[kBlocks] = {};
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(ceil_div(size, block), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        sums[i] =
            kernel(kernels_of(context).table<T>(), std::min(block, size - i * block), x.as<T>() + i * block);
      }
    });
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

double sum_squares(const Context& context, const TensorView& x) {
  return sum_of_blocks(context, x, [](const auto& table, int64_t count, const auto* data) {
    return table.sum_squares(count, data);
  });
}

double sum_absolute(const Context& context, const TensorView& x) {
  return sum_of_blocks(context, x, [](const auto& table, int64_t count, const auto* data) {
    return table.sum_absolute(count, data);
  });
}

void spread(const Context&, const TensorView& x, const std::vector<int32_t>& from, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    for (size_t i = 0; i < from.size(); ++i) y.as<T>()[i] = x.as<T>()[from[i]];
  });
}

void collect(const Context& context, const TensorView& x, const std::vector<int32_t>& to,
             const TensorView& y) {
  fill(context, 0, y);
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    for (size_t i = 0; i < to.size(); ++i) y.as<T>()[to[i]] += x.as<T>()[i];
  });
}

void copy(const Context& context, const TensorView& x, const TensorView& y) {
  if (x.data == y.data) return;
  const int64_t size = size_of(x.dtype);
  context.device.threads.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
    std::memcpy(y.as<char>() + begin * size, x.as<char>() + begin * size,
                static_cast<size_t>((end - begin) * size));
  });
}

void assign(const Context&, std::span<const double> values, const TensorView& y) {
  dispatch(y.dtype, [&](auto t) {
    using T = decltype(t);
    std::transform(values.begin(), values.end(), y.as<T>(),
                   [](double value) { return static_cast<T>(value); });
  });
}

void repeat(const Context& context, const TensorView& x, const TensorView& y) {
  dispatch(y.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(y.rows, rows_per_chunk(y.cols), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) std::fill_n(y.as<T>() + i * y.cols, y.cols, x.as<T>()[i]);
    });
  });
}

void scale_channels(const Context& context, int64_t positions, const TensorView& x, const TensorView& scale,
                    const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t picture = positions * x.cols;
    context.device.threads.parallel_for(scale.rows, rows_per_chunk(picture), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        kernels_of(context).table<T>().scale_columns(positions, x.cols, x.as<T>() + i * picture,
                                                     scale.as<T>() + i * x.cols, nullptr,
                                                     y.as<T>() + i * picture);
    });
  });
}

}  // namespace

const ElementwiseOps elementwise_ops{
    add,         sum,          axpy,   add_sign, scale, clip, scale_columns, scale_channels,
    sum_squares, sum_absolute, spread, collect,  fill,  copy, assign,        repeat};

}  // namespace lamella::cpu
