#include "ops/arrange.h"

#include <algorithm>
#include <cstring>
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Copies one row: the axes of y from the outside in, each with its length and its stride in x.
template <class T>
T* permute_row(const T* x, T* y, const int64_t* length, const int64_t* stride, size_t axes) {
  if (axes == 0) {
    *y = *x;
    return y + 1;
  }
  if (axes == 1) {
    for (int64_t i = 0; i < *length; ++i) y[i] = x[i * *stride];
    return y + *length;
  }
  for (int64_t i = 0; i < *length; ++i) y = permute_row(x + i * *stride, y, length + 1, stride + 1, axes - 1);
  return y;
}

void permute(const Context& context, const Shape& shape, const std::vector<int64_t>& axes,
             const TensorView& x, const TensorView& y) {
  int64_t length[kMostAxes], stride[kMostAxes];
  for (size_t k = 0; k < axes.size(); ++k) {
    length[k] = shape[static_cast<size_t>(axes[k])];
    stride[k] = 1;
    for (size_t axis = static_cast<size_t>(axes[k]) + 1; axis < shape.size(); ++axis)
      stride[k] *= shape[axis];
  }
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(x.rows, rows_per_chunk(x.cols), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        permute_row(x.as<T>() + i * x.cols, y.as<T>() + i * x.cols, length, stride, axes.size());
    });
  });
}

// Row i of the outputs that follow x; returns how many rows were written: neighbours that are copies of
// neighbours are copied together.
template <class T>
int64_t map_rows(const kernels::Table<T>& table, const AxisMap& map, int64_t i, int64_t end, int64_t inner,
                 const T* x, T* y) {
  const auto at = [](const auto& list, int64_t index) { return list[static_cast<size_t>(index)]; };
  const auto is_copy = [&](int64_t row) {
    return at(map.starts, row + 1) == at(map.starts, row) + 1 && at(map.weights, at(map.starts, row)) == 1;
  };
  const auto source = [&](int64_t row) { return at(map.sources, at(map.starts, row)); };
  if (is_copy(i)) {
    int64_t rows = 1;
    while (i + rows < end && is_copy(i + rows) && source(i + rows) == source(i) + rows) ++rows;
    std::copy_n(x + source(i) * inner, rows * inner, y);
    return rows;
  }
  std::fill_n(y, inner, T(0));
  for (int64_t k = at(map.starts, i); k < at(map.starts, i + 1); ++k)
    table.axpy(inner, static_cast<T>(at(map.weights, k)), x + at(map.sources, k) * inner, y);
  return 1;
}

void map_axis(const Context& context, const AxisMap& map, const TensorView& x, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const int64_t inner = x.cols, outputs = map.outputs();
    context.device.threads.parallel_for(y.rows, rows_per_chunk(inner), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end;) {
        const int64_t outer = row / outputs, i = row - outer * outputs;
        row += map_rows<T>(table, map, i, std::min(outputs, i + end - row), inner,
                           x.as<T>() + outer * map.inputs * inner, y.as<T>() + row * inner);
      }
    });
  });
}

void copy_columns(const Context& context, int64_t cols, const TensorView& x, int64_t from,
                  const TensorView& y, int64_t to) {
  const int64_t size = size_of(x.dtype);
  context.device.threads.parallel_for(x.rows, rows_per_chunk(cols), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      std::memcpy(y.as<char>() + (i * y.cols + to) * size, x.as<char>() + (i * x.cols + from) * size,
                  static_cast<size_t>(cols * size));
  });
}

}  // namespace

const ArrangeOps arrange_ops{permute, map_axis, copy_columns};

}  // namespace lamella::cpu
