// Elements dropped at random, and noise.
#pragma once
#include "base/random.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

enum class Noise { added, multiplied };

struct DropoutOps {
  int64_t (*mask_bytes)(int64_t elements);
  // The mask is a function of key and element alone: the same on every device and with any number of threads.
  // Elements are dropped with probability rate: y = values.dropped; others are x * values.scale +
  // values.shift.
  // first: the number of x's first element, a multiple of 8.
  void (*forward)(const Context&, PhiloxKey key, int64_t first, double rate,
                  const DropoutValues<double>& values, const TensorView& x, const TensorView& y, void* mask);
  // dx = dy * scale where kept, else 0.
  void (*backward)(const Context&, double scale, const void* mask, const TensorView& dy,
                   const TensorView& dx);
  // y = x + stddev z, or x (1 + stddev z), with a standard normal z for each element, a function of key and
  // element alone. y may be x.
  void (*noise)(const Context&, PhiloxKey key, Noise kind, double stddev, const TensorView& x,
                const TensorView& y);
};

}  // namespace lamella::ops
