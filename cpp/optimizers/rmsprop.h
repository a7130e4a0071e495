// RMSprop (Tieleman & Hinton 2012, lecture 6.5), with momentum and centred (Graves 2013, arXiv 1308.0850).
#pragma once
#include "optimizers/optimizer.h"

namespace lamella::optimizers {

class RmsProp final : public Optimizer {
 public:
  explicit RmsProp(const Attributes& attributes)
      : rho_(attributes.number("rho")),
        momentum_(attributes.number("momentum")),
        epsilon_(attributes.number("epsilon")),
        centered_(attributes.number("centered") != 0) {}

  std::vector<std::string> slot_names() const override {
    std::vector<std::string> names{"velocity"};
    if (momentum_ > 0) names.emplace_back("momentum");
    if (centered_) names.emplace_back("average_gradient");
    return names;
  }

  void update(const ops::Context& context, const UpdatePass& pass) const override {
    context.ops.optimizer.rmsprop(context, pass.learning_rate, rho_, momentum_, epsilon_, pass.gradient,
                                  pass.slots[0], momentum_ > 0 ? pass.slots[1] : TensorView{},
                                  centered_ ? pass.slots.back() : TensorView{}, pass.parameters);
  }

 private:
  double rho_, momentum_, epsilon_;
  bool centered_;
};

}  // namespace lamella::optimizers
