// Norms along axes of a tensor brought into a range, in place.
#pragma once
#include "base/norm_limits.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct NormOps {
  // w is [outer * summed, inner]: a norm is that of `summed` numbers, inner ones apart.
  void (*limit)(const Context&, const NormLimits& limits, int64_t summed, const TensorView& w);
};

}  // namespace lamella::ops
