#include "penalties/constraint.h"

#include <limits>

#include "base/error.h"

namespace lamella::penalties {

namespace {

TensorView flat_view(const Variable& variable) {
  return {variable.data(), variable.dtype(), 1, variable.size()};
}

class NonNegative final : public Constraint {
 public:
  void apply(const ops::Context& context, const Variable& variable) const override {
    context.ops.elementwise.clip(context, 0, std::numeric_limits<double>::infinity(), flat_view(variable));
  }
};

// Settings low, high, rate: see NormLimits; first_axis, last_axis: the axes that a norm is summed over.
class NormRange final : public Constraint {
 public:
  NormRange(const Attributes& attributes, const Shape& shape)
      : limits_{attributes.number("low"), attributes.number("high"), attributes.number("rate")} {
    const int64_t first = attributes.integer("first_axis"), last = attributes.integer("last_axis");
    if (first < 0 || last < first || last >= static_cast<int64_t>(shape.size()))
      misuse("a variable of shape ", to_string(shape), " has no axes ", first, " to ", last);
    summed_ = checked_product(Shape(shape.begin() + first, shape.begin() + last + 1));
    inner_ = checked_product(Shape(shape.begin() + last + 1, shape.end()));
  }

  void apply(const ops::Context& context, const Variable& variable) const override {
    if (variable.size() == 0) return;
    TensorView view = flat_view(variable);
    view.rows = variable.size() / inner_;
    view.cols = inner_;
    context.ops.norm.limit(context, limits_, summed_, view);
  }

 private:
  NormLimits limits_;
  int64_t summed_, inner_;
};

}  // namespace

ConstraintPtr make_constraint(const std::string& name, const Attributes& attributes, const Shape& shape) {
  if (name == "non_negative") return std::make_shared<NonNegative>();
  if (name == "norm") return std::make_shared<NormRange>(attributes, shape);
  fail("Unknown constraint '", name, "'.");
}

}  // namespace lamella::penalties
