// Constraints of variables: what an update may have left is brought back into the allowed set.
#pragma once
#include <memory>
#include <string>

#include "base/attributes.h"
#include "base/variable.h"
#include "ops/op_table.h"

namespace lamella::penalties {

class Constraint {
 public:
  virtual ~Constraint() = default;

  virtual void apply(const ops::Context& context, const Variable& variable) const = 0;
};

using ConstraintPtr = std::shared_ptr<const Constraint>;

// The constraint of this name ("non_negative", "norm") for variables of this shape; throws where there is
// none.
ConstraintPtr make_constraint(const std::string& name, const Attributes& attributes, const Shape& shape);

}  // namespace lamella::penalties
