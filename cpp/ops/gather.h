// Batches out of users' arrays: any strides, any real or integer type, converted on the way.
#pragma once
#include <optional>

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
  bool rows_contiguous() const {
    int64_t expected = size_of(dtype);
    for (size_t axis = shape.size(); axis-- > 1;) {
      if (shape[axis] != 1 && strides[axis] != expected) return false;
      expected *= shape[axis];
    }
    return true;
  }
};

// A label that is no class, and its place.
struct StrayLabel {
  int64_t index;
  double label;
};

struct GatherOps {
  // y[i, :] = source[rows ? rows[i] : first + i], i < y.rows; y is of a compute type or int32.
  void (*gather)(const Context&, const ArrayView& source, const int64_t* rows, int64_t first,
                 const TensorView& y);
  // The first label, counted through all elements, that is neither one of so many classes nor the one that is
  // ignored: of a user's array, whose fractions are cut off, and of labels that were gathered.
  std::optional<StrayLabel> (*stray_label)(const Context&, const ArrayView& source, int64_t classes,
                                           std::optional<int64_t> ignored);
  std::optional<StrayLabel> (*stray_gathered)(const Context&, const TensorView& labels, int64_t classes,
                                              std::optional<int64_t> ignored);
  // A permutation of n rows from (seed, epoch) alone: Fisher-Yates on Philox words.
  void (*shuffle)(const Context&, uint32_t seed, uint64_t epoch, int64_t n, int64_t* rows);
};

}  // namespace lamella::ops
