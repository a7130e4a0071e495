// Losses: value and gradient of a batch from predictions and targets.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/attributes.h"
#include "base/shape.h"
#include "base/tensor_view.h"
#include "ops/op_table.h"

namespace lamella::losses {

// What a target is gathered as: values of the compute type, or one class index a row.
enum class Target { values, labels };

// The activation in front of a loss that it can be computed together with, from logits.
enum class Head { none, sigmoid, softmax };

// prediction is [rows * positions, last axis]; it holds logits where the head was fused.
struct LossPass {
  TensorView prediction;
  const void* values;        // for Target::values, as prediction
  const void* labels;        // for Target::labels, prediction.rows numbers of int32
  const void* weights;       // prediction.rows or null
  TensorView row_loss;       // scratch, prediction.rows
  TensorView probabilities;  // fused head: written; else absent
  TensorView gradient;       // absent: not wanted
  bool fused;
  const Shape* row_shape;  // shape of one row of the batch, which folds into positions
};

class Loss {
 public:
  // attributes: axis, the axes that a row of the loss runs along, the batch axis being 0. Absent: the last.
  explicit Loss(const Attributes& attributes = {});
  virtual ~Loss() = default;

  virtual Target target() const = 0;
  virtual Head head() const { return Head::none; }
  // A class index whose rows are left out of the loss; it need not be a class of the output.
  virtual std::optional<int64_t> ignored_class() const { return std::nullopt; }
  // The reduced loss of the batch; writes the gradient of that number.
  virtual double evaluate(const ops::Context& context, const LossPass& pass) const = 0;
  // True where evaluate() can be split: evaluate_part for parts of the rows, of which the batch has so many
  // (of prediction), then total.
  virtual bool cuts_by_rows() const { return false; }
  virtual void evaluate_part(const ops::Context&, const LossPass& /*part*/, int64_t /*batch_rows*/) const {}
  virtual double total(const ops::Context&, const LossPass& /*batch*/) const { return 0; }
  // The values before reduction, into row_loss.
  virtual void rows(const ops::Context& context, const LossPass& pass) const = 0;
  const std::vector<int64_t>& axes() const { return axes_; }
  virtual bool takes_batch_axis() const { return false; }

 private:
  std::vector<int64_t> axes_;
};

using LossPtr = std::shared_ptr<const Loss>;

// How the losses of rows become one number: Keras's "sum_over_batch_size", "sum", "mean_with_sample_weight".
enum class Reduction { mean, sum, weighted_mean };

Reduction reduction_of(const Attributes& attributes);
// What the sum of weighted row losses is multiplied with, where rows of the ignored class are left out.
double reduction_scale(const ops::Context& context, Reduction reduction, const LossPass& pass,
                       int64_t batch_rows, std::optional<int64_t> ignored_class = std::nullopt);

// The loss of this Keras name ("mean_squared_error", ...); throws where there is none.
LossPtr make_loss(const std::string& name, const Attributes& attributes);

}  // namespace lamella::losses
