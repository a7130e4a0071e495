// Lion: the sign of an interpolated momentum (Chen et al. 2023, arXiv 2302.06675).
#pragma once
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Lion final : public Optimizer {
 public:
  explicit Lion(const Attributes& attributes)
      : beta_1_(attributes.number("beta_1")), beta_2_(attributes.number("beta_2")) {}

  std::vector<std::string> slot_names() const override { return {"momentum"}; }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    context.ops.optimizer.lion(context, pass.learning_rate, beta_1_, beta_2_, pass.gradient, pass.slots[0],
                               pass.parameters);
  }

 private:
  double beta_1_, beta_2_;
};

}  // namespace lamella::optimizers
