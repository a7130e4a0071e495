// Adamax: Adam with the infinity norm (Kingma & Ba 2014, arXiv 1412.6980, section 7.1).
#pragma once
#include <cmath>

#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Adamax final : public Optimizer {
 public:
  explicit Adamax(const Attributes& attributes)
      : beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")),
        epsilon_(attributes.number("epsilon")) {}

  std::vector<std::string> slot_names() const override { return {"momentum", "norm"}; }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    const double alpha = pass.learning_rate / (1 - std::pow(beta_1_, static_cast<double>(pass.step + 1)));
    context.ops.optimizer.adamax(context, alpha, beta_1_, beta_2_, epsilon_, pass.gradient, pass.slots[0],
                                 pass.slots[1], pass.parameters);
  }

 private:
  double beta_1_, beta_2_, epsilon_;
};

}  // namespace lamella::optimizers
