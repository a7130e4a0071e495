// Regularisers of variables: what they add to the loss, and to the gradient.
#pragma once
#include <memory>
#include <string>

#include "base/attributes.h"
#include "base/tensor_view.h"
#include "ops/op_table.h"

namespace lamella::penalties {

class Penalty {
 public:
  virtual ~Penalty() = default;

  virtual double value(const ops::Context& context, const TensorView& variable) const = 0;
  virtual void add_gradient(const ops::Context& context, const TensorView& variable,
                            const TensorView& gradient) const = 0;
};

using PenaltyPtr = std::shared_ptr<const Penalty>;

// The penalty of this name ("l2"); throws where there is none.
PenaltyPtr make_penalty(const std::string& name, const Attributes& attributes);

}  // namespace lamella::penalties
