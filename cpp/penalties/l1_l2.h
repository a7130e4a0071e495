// l1 * sum(|w|) + l2 * sum(w^2), as Keras has it (no factor of one half). The derivative of |w| at 0 is 0.
#pragma once
#include "penalties/penalty.h"

namespace lamella::penalties {

class L1L2 final : public Penalty {
 public:
  explicit L1L2(const Attributes& attributes)
      : l1_(attributes.number_or("l1", 0)), l2_(attributes.number_or("l2", 0)) {}

  double value(const ops::Context& context, const TensorView& tensor) const override {
    const auto& ops = context.ops.elementwise;
    double sum = 0;
    if (l1_ != 0) sum += l1_ * ops.sum_absolute(context, tensor);
    if (l2_ != 0) sum += l2_ * ops.sum_squares(context, tensor);
    return sum;
  }

  void add_gradient(const ops::Context& context, double scale, const TensorView& tensor,
                    const TensorView& gradient) const override {
    const auto& ops = context.ops.elementwise;
    if (l1_ != 0) ops.add_sign(context, scale * l1_, tensor, gradient);
    if (l2_ != 0) ops.axpy(context, scale * 2 * l2_, tensor, gradient);
  }

 private:
  double l1_, l2_;
};

}  // namespace lamella::penalties
