// A typed look at memory that somebody else owns: row-major, contiguous, folded to two axes.
#pragma once
#include "base/dtype.h"

namespace lamella {

// rows is the product of the leading axes, cols the last axis. A null data means "not there".
struct TensorView {
  void* data = nullptr;
  DType dtype = DType::float32;
  int64_t rows = 0;
  int64_t cols = 0;

  explicit operator bool() const { return data != nullptr; }
  int64_t size() const { return rows * cols; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

}  // namespace lamella
