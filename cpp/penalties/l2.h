// l2 * sum(w^2), as Keras has it (no factor of one half).
#pragma once
#include "penalties/penalty.h"

namespace lamella::penalties {

class L2 final : public Penalty {
 public:
  explicit L2(const Attributes& attributes) : l2_(attributes.number("l2")) {}

  double value(const ops::Context& context, const TensorView& variable) const override {
    return l2_ * context.ops.elementwise.sum_squares(context, variable);
  }

  void add_gradient(const ops::Context& context, const TensorView& variable,
                    const TensorView& gradient) const override {
    context.ops.elementwise.axpy(context, 2 * l2_, variable, gradient);
  }

 private:
  double l2_;
};

}  // namespace lamella::penalties
