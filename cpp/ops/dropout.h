// Inverted dropout: elements are dropped with probability rate, kept ones scaled by 1 / (1 - rate).
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct DropoutOps {
  int64_t (*mask_bytes)(int64_t elements);
  // The mask is a function of key and element alone: the same on every device and with any number of threads.
  void (*forward)(const Context&, PhiloxKey key, double rate, const TensorView& x, const TensorView& y,
                  void* mask);
  void (*backward)(const Context&, double rate, const void* mask, const TensorView& dy, const TensorView& dx);
};

}  // namespace lamella::ops
