// Adagrad (Duchi, Hazan & Singer 2011, JMLR 12).
#pragma once
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Adagrad final : public Optimizer {
 public:
  explicit Adagrad(const Attributes& attributes)
      : initial_accumulator_value_(attributes.number("initial_accumulator_value")),
        epsilon_(attributes.number("epsilon")) {}

  std::vector<std::string> slot_names() const override { return {"accumulator"}; }

  // The first slot does not start from zero.
  double initial_value(size_t slot) const override { return slot == 0 ? initial_accumulator_value_ : 0; }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    context.ops.optimizer.adagrad(context, pass.learning_rate, epsilon_, pass.gradient, pass.slots[0],
                                  pass.parameters);
  }

 private:
  double initial_accumulator_value_, epsilon_;
};

}  // namespace lamella::optimizers
