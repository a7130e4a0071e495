// Stochastic gradient descent, with momentum or Nesterov momentum (Sutskever et al. 2013).
#pragma once
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Sgd final : public Optimizer {
 public:
  explicit Sgd(const Attributes& attributes)
      : momentum_(attributes.number("momentum")), nesterov_(attributes.number("nesterov") != 0) {}

  std::vector<std::string> slot_names() const override {
    return momentum_ != 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{};
  }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    context.ops.optimizer.sgd(context, pass.learning_rate, momentum_, nesterov_, pass.gradient,
                              pass.slots.empty() ? TensorView{} : pass.slots[0], pass.parameters);
  }

 private:
  double momentum_;
  bool nesterov_;
};

}  // namespace lamella::optimizers
