// Optimizers: one fused pass over a flat span of parameters, their gradient and their slots.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/attributes.h"
#include "base/tensor_view.h"
#include "ops/op_table.h"

namespace lamella::optimizers {

struct UpdatePass {
  double learning_rate;
  uint64_t step;  // updates done before this one
  TensorView gradient;
  std::span<const TensorView> slots;  // in the order of slot_names()
  TensorView parameters;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Keras's names of what is kept for every parameter.
  virtual std::vector<std::string> slot_names() const = 0;
  // What a slot starts from.
  virtual double initial_value(size_t) const { return 0; }
  virtual void update(const ops::Context& context, const UpdatePass& pass) const = 0;
};

constexpr size_t kMostSlots = 8;  // that an optimizer may keep

using OptimizerPtr = std::shared_ptr<const Optimizer>;

// The optimizer of this name ("sgd", "rmsprop", ...); throws where there is none.
OptimizerPtr make_optimizer(const std::string& name, const Attributes& attributes);

}  // namespace lamella::optimizers
