// Nadam: Adam with Nesterov momentum (Dozat 2016, ICLR workshop), with its schedule of beta_1:
// u_t = beta_1 (1 - 0.96^t / 2).
#pragma once
#include <algorithm>
#include <cmath>

#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Nadam final : public Optimizer {
 public:
  explicit Nadam(const Attributes& attributes)
      : beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")),
        epsilon_(attributes.number("epsilon")) {}

  std::vector<std::string> slot_names() const override { return {"momentum", "velocity"}; }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    const uint64_t t = pass.step + 1;
    const double u = beta_1_at(t), next_u = beta_1_at(t + 1), product = product_up_to(t);
    const ops::NadamFactors factors{
        .m = pass.learning_rate * next_u / (1 - product * next_u),
        .g = pass.learning_rate * (1 - u) / (1 - product),
        .v = 1 / (1 - std::pow(beta_2_, static_cast<double>(t))),
    };
    context.ops.optimizer.nadam(context, factors, beta_1_, beta_2_, epsilon_, pass.gradient, pass.slots[0],
                                pass.slots[1], pass.parameters);
  }

 private:
  double beta_1_at(uint64_t t) const { return beta_1_ * (1 - 0.5 * std::pow(0.96, static_cast<double>(t))); }

  // u_1 u_2 ... u_t = beta_1^t times factors that are 1, to the last bit, after kSettled steps: so it follows
  // from t alone, and a step stays cheap however late it is.
  double product_up_to(uint64_t t) const {
    constexpr uint64_t kSettled = 920;  // 0.96^920 < 2^-53
    double product = std::pow(beta_1_, static_cast<double>(t)), decay = 1;
    for (uint64_t i = 1; i <= std::min(t, kSettled); ++i) {
      decay *= 0.96;
      product *= 1 - 0.5 * decay;
    }
    return product;
  }

  double beta_1_, beta_2_, epsilon_;
};

}  // namespace lamella::optimizers
