// Adadelta (Zeiler 2012, arXiv 1212.5701), scaled by a learning rate.
#pragma once
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Adadelta final : public Optimizer {
 public:
  explicit Adadelta(const Attributes& attributes)
      : rho_(attributes.number("rho")), epsilon_(attributes.number("epsilon")) {}

  std::vector<std::string> slot_names() const override {
    return {"accumulated_grad", "accumulated_delta_var"};
  }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    context.ops.optimizer.adadelta(context, pass.learning_rate, rho_, epsilon_, pass.gradient, pass.slots[0],
                                   pass.slots[1], pass.parameters);
  }

 private:
  double rho_, epsilon_;
};

}  // namespace lamella::optimizers
