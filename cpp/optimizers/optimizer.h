// Optimizers: one fused pass over a flat span of parameters, their gradient and their slots.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/attributes.h"
#include "base/update_rule.h"

namespace lamella::optimizers {

class Optimizer {
 public:
  explicit Optimizer(UpdateRule rule) : rule_(rule) {}
  virtual ~Optimizer() = default;

  UpdateRule rule() const { return rule_; }
  // Keras's names of what is kept for every parameter.
  virtual std::vector<std::string> slot_names() const = 0;
  // What the first slot starts from; the others start from 0.
  virtual double initial_value() const { return 0; }
  // What the rule computes with after this many updates, in its order.
  virtual UpdateNumbers numbers(double learning_rate, uint64_t updates) const = 0;

 private:
  UpdateRule rule_;
};

using OptimizerPtr = std::shared_ptr<const Optimizer>;

// The optimizer of this rule ("sgd", "rmsprop", ...); throws where there is none.
OptimizerPtr make_optimizer(const std::string& rule, const Attributes& attributes);

}  // namespace lamella::optimizers
