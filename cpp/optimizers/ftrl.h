// FTRL-proximal (McMahan et al. 2013, "Ad Click Prediction", KDD), with the shrinkage of L2.
#pragma once
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Ftrl final : public Optimizer {
 public:
  explicit Ftrl(const Attributes& attributes)
      : power_(-attributes.number("learning_rate_power")),
        initial_accumulator_value_(attributes.number("initial_accumulator_value")),
        l1_(attributes.number("l1_regularization_strength")),
        l2_(attributes.number("l2_regularization_strength")),
        shrinkage_(attributes.number("l2_shrinkage_regularization_strength")),
        beta_(attributes.number("beta")) {}

  std::vector<std::string> slot_names() const override { return {"accumulator", "linear"}; }

  // The first slot does not start from zero.
  double initial_value(size_t slot) const override { return slot == 0 ? initial_accumulator_value_ : 0; }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    const ops::FtrlSettings settings{.learning_rate = pass.learning_rate,
                                     .power = power_,
                                     .l1 = l1_,
                                     .l2 = l2_ + beta_ / (2 * pass.learning_rate),
                                     .shrinkage = shrinkage_};
    context.ops.optimizer.ftrl(context, settings, pass.gradient, pass.slots[0], pass.slots[1],
                               pass.parameters);
  }

 private:
  double power_, initial_accumulator_value_, l1_, l2_, shrinkage_, beta_;
};

}  // namespace lamella::optimizers
