// One fused pass of an optimizer over a flat span of parameters.
#pragma once
#include <span>

#include "base/tensor_view.h"
#include "base/update_rule.h"
#include "ops/context.h"

namespace lamella::ops {

struct Update {
  UpdateRule rule;
  UpdateNumbers numbers;  // of this step, in the order of the rule
  TensorView gradient;
  std::span<const TensorView> slots;  // likewise
  TensorView parameters;
};

struct OptimizerOps {
  void (*update)(const Context&, const Update&);
};

}  // namespace lamella::ops
