// Regularisers of variables and of layers' outputs: what they add to the loss, and to the gradient.
#pragma once
#include <memory>
#include <string>

#include "base/attributes.h"
#include "base/shape.h"
#include "base/tensor_view.h"
#include "ops/op_table.h"

namespace lamella::penalties {

class Penalty {
 public:
  virtual ~Penalty() = default;

  virtual double value(const ops::Context& context, const TensorView& tensor) const = 0;
  // gradient += scale * d(value)/d(tensor)
  virtual void add_gradient(const ops::Context& context, double scale, const TensorView& tensor,
                            const TensorView& gradient) const = 0;
};

using PenaltyPtr = std::shared_ptr<const Penalty>;

// The penalty of this name ("l1_l2"); throws where there is none.
PenaltyPtr make_penalty(const std::string& name, const Attributes& attributes);

}  // namespace lamella::penalties
