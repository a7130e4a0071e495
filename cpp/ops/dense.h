// y[rows, units] = activation(x[rows, in] kernel[in, units] + bias[units]), and its gradients.
#pragma once
#include "base/activation.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct DenseForward {
  TensorView x;
  TensorView kernel;
  const void* packed;  // the kernel as pack() laid it out; null: it is read from kernel
  TensorView bias;     // may be absent
  Activation activation;
  double alpha;
  TensorView y;
};

// dz = dy * activation'(y);  dx = dz kernel^T;  kernel_gradient = x^T dz;  bias_gradient = column sums of dz.
// dy is overwritten with dz. Absent outputs are not computed.
struct DenseBackward {
  TensorView x;
  TensorView kernel;
  TensorView y;  // read unless the activation is linear
  TensorView dy;
  Activation activation;  // one with can_fuse
  double alpha;
  TensorView dx;
  TensorView kernel_gradient;
  TensorView bias_gradient;
  void* scratch;  // backward_scratch_bytes
  // Of backward_rows: where x, y, dy and dx begin in their batch, and how many rows that has.
  int64_t first_row = 0, batch_rows = 0;
};

struct DenseOps {
  // The kernel in panels, as the micro-kernel reads it: for a kernel that stays as it is for many passes.
  int64_t (*packed_bytes)(const Context&, DType, int64_t in, int64_t units);
  void (*pack)(const Context&, const TensorView& kernel, void* packed);
  void (*forward)(const Context&, const DenseForward&);
  int64_t (*backward_scratch_bytes)(const Context&, DType, int64_t rows, int64_t in, int64_t units);
  void (*backward)(const Context&, const DenseBackward&);
  // The same in two steps, by single threads: dz and dx of some rows of a batch; when all rows are done, one
  // of `count` shares of the gradients of kernel and bias. The scratch, that of the whole batch, keeps dz.
  void (*backward_rows)(const Context&, const DenseBackward&);
  void (*backward_variables)(const Context&, const DenseBackward&, int64_t share, int64_t count);
};

}  // namespace lamella::ops
