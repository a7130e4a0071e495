// Adam (Kingma & Ba 2014, arXiv 1412.6980); with amsgrad the largest second moment so far (Reddi et al. 2018,
// arXiv 1904.09237).
#pragma once
#include <cmath>

#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class Adam final : public Optimizer {
 public:
  explicit Adam(const Attributes& attributes)
      : beta_1_(attributes.number("beta_1")),
        beta_2_(attributes.number("beta_2")),
        epsilon_(attributes.number("epsilon")),
        amsgrad_(attributes.number("amsgrad") != 0) {}

  std::vector<std::string> slot_names() const override {
    std::vector<std::string> names{"momentum", "velocity"};
    if (amsgrad_) names.emplace_back("velocity_hat");
    return names;
  }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    const auto t = static_cast<double>(pass.step + 1);
    const double alpha =
        pass.learning_rate * std::sqrt(1 - std::pow(beta_2_, t)) / (1 - std::pow(beta_1_, t));
    context.ops.optimizer.adam(context, alpha, beta_1_, beta_2_, epsilon_, pass.gradient, pass.slots[0],
                               pass.slots[1], amsgrad_ ? pass.slots[2] : TensorView{}, pass.parameters);
  }

 private:
  double beta_1_, beta_2_, epsilon_;
  bool amsgrad_;
};

}  // namespace lamella::optimizers
