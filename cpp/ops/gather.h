// Batches out of users' arrays: any strides, any real or integer type, converted on the way.
#pragma once
#include "base/shape.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct ArrayView {
  const char* data = nullptr;
  DType dtype = DType::float32;
  Shape shape;    // with the batch axis
  Shape strides;  // in bytes

  explicit operator bool() const { return data != nullptr; }
  int64_t rows() const { return shape[0]; }
  Shape row_shape() const { return Shape(shape.begin() + 1, shape.end()); }
  bool rows_contiguous() const;
};

struct LabelRange {
  bool finite = true;  // false where a floating label is nan or infinite
  double minimum = 0, maximum = 0;
};

struct GatherOps {
  // y[i, :] = source[rows ? rows[i] : first + i], i < y.rows; y is of a compute type or int32.
  void (*gather)(const Context&, const ArrayView& source, const int64_t* rows, int64_t first,
                 const TensorView& y);
  LabelRange (*range)(const Context&, const ArrayView& source);
  // A permutation of n rows from (seed, epoch) alone: Fisher-Yates on Philox words.
  void (*shuffle)(const Context&, uint32_t seed, uint64_t epoch, int64_t n, int64_t* rows);
};

}  // namespace lamella::ops
