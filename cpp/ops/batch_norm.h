// Batch normalisation over the rows of x[rows, channels] (Ioffe & Szegedy 2015, arXiv 1502.03167), with an
// activation.
#pragma once
#include "base/activation.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// y = activation(gamma * (x - mean) / sqrt(variance + epsilon) + beta); gamma and beta may be absent.
// Training: mean and variance (biased) are those of x and are written; inference: they are read.
// inv_std and scale (gamma * inv_std), channels each, are written for the backward pass.
struct BatchNormForward {
  TensorView x, y;
  TensorView gamma, beta;
  void* mean;
  void* variance;
  void* inv_std;
  void* scale;
  void* scratch;  // scratch_bytes; training only
  double epsilon;
  bool training;
  Activation activation;  // one with can_fuse
  double alpha;
};

// training: the statistics depend on x; else they are constants. dx may be dy. Absent outputs are not
// computed.
struct BatchNormBackward {
  TensorView x, y, dy, dx;
  TensorView gamma_gradient, beta_gradient;
  const void* mean;
  const void* inv_std;
  const void* scale;
  void* scratch;  // scratch_bytes
  bool training;
  Activation activation;
  double alpha;
};

// gamma (z - mean) / sqrt(variance + epsilon) + beta as z * scale + offset, where z has this bias added
// already: scale = gamma / sqrt(variance + epsilon), offset = (bias - mean) * scale + beta. What is absent
// counts as 1 or 0.
struct BatchNormFold {
  TensorView gamma, beta, mean, variance;
  double epsilon;
  TensorView bias;
  TensorView scale, offset;
};

struct BatchNormOps {
  int64_t (*scratch_bytes)(DType, int64_t rows, int64_t channels);
  void (*forward)(const Context&, const BatchNormForward&);
  void (*backward)(const Context&, const BatchNormBackward&);
  void (*fold)(const Context&, const BatchNormFold&);
  // moving = moving * momentum + batch * (1 - momentum)
  void (*update_moving)(const Context&, const TensorView& moving, const void* batch, double momentum);
};

}  // namespace lamella::ops
