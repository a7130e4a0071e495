// A layer: shapes, variables, and what its backward pass needs. It never dereferences data; ops do.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/attributes.h"
#include "base/shape.h"
#include "base/tensor_view.h"
#include "base/variable.h"
#include "ops/op_table.h"

namespace lamella::layers {

// What changes from step to step, read by ops from one place.
struct StepState {
  int64_t rows = 0;        // of this batch, or of a part of it
  int64_t first_row = 0;   // of the part
  int64_t batch_rows = 0;  // of the batch that this is a part of, else 0
  uint64_t step = 0;       // number of updates done so far: the counter of random numbers
  uint32_t seed = 0;
  bool training = false;
  bool augments = false;  // pictures change at random: in training, and where a layer is called
};

// How many bytes a layer asks the plan for. Row-dependent sizes are for the plan's capacity of rows.
struct Needs {
  int64_t packed = 0;            // constants, and copies of variables in the ops' layout; kept between steps
  int64_t saved = 0;             // written by forward, read by backward and commit
  int64_t backward_scratch = 0;  // during backward
  bool backward_reads_input = false;
  bool backward_reads_output = false;
  bool loss_reads_output = false;  // the output must last until the loss is computed
  bool forward_in_place = false;   // the output may take the place of an input that nobody needs any more
  bool backward_in_place = false;  // the input's gradient may take the place of the output's
};

struct ForwardPass {
  const ops::Context& context;
  const StepState& state;
  std::vector<void*> inputs;
  std::vector<void*> outputs;
  void* saved = nullptr;
  const void* packed = nullptr;
};

// Gradients are stored, never added: the engine adds where a value or variable has several users. The
// gradient of the output may be overwritten.
struct BackwardPass {
  const ops::Context& context;
  const StepState& state;
  std::vector<const void*> inputs;
  std::vector<const void*> outputs;
  std::vector<void*> output_gradients;
  std::vector<void*> input_gradients;     // null: not wanted
  std::vector<void*> variable_gradients;  // one for each of variables(); null: not wanted
  const void* saved = nullptr;
  const void* packed = nullptr;
  void* scratch = nullptr;
};

// gamma (x - mean) / sqrt(variance + epsilon) + beta by channel; gamma and beta may be null.
struct Normalization {
  VariablePtr gamma, beta, mean, variance;
  double epsilon;
};

// What a layer is made from, as the program hands it over.
struct Definition {
  std::string name;  // of the Python layer, for messages
  DType dtype;
  std::vector<Shape> inputs;  // row shapes
  std::vector<VariablePtr> variables;
  Attributes attributes;
  bool trainable = true;
  uint32_t id = 0;  // the node's number in its program: random bits are drawn under it
};

class Layer {
 public:
  virtual ~Layer() = default;

  const std::string& name() const { return name_; }
  DType dtype() const { return dtype_; }
  const Shape& output_shape() const { return output_shape_; }
  // Absent variables (use_bias=False) are null.
  const std::vector<VariablePtr>& variables() const { return variables_; }
  bool trainable() const { return trainable_; }

  virtual const char* op() const = 0;
  virtual Needs needs(const ops::Context& context, int64_t rows, bool training) const = 0;
  // True where the output is the input under another shape: no memory, no work.
  virtual bool is_view() const { return false; }
  // Writes what is kept packed: when a plan is made, and whenever a variable has changed.
  virtual void pack(const ops::Context&, void*) const {}
  virtual void forward(const ForwardPass& pass) const = 0;
  virtual void backward(const BackwardPass& pass) const = 0;
  // True where forward and backward can be given a batch in parts, as its rows do not depend on each other;
  // the gradients of variables, which sum over all rows, are then left to backward_variables.
  virtual bool cuts_by_rows() const { return false; }
  // One of `count` shares of the gradients of variables, when backward has been given all parts.
  virtual void backward_variables(const BackwardPass&, int64_t /*share*/, int64_t /*count*/) const {}
  // With the update: statistics that training moves (batch normalisation).
  virtual void commit(const ops::Context&, const void*) const {}
  // Floating-point operations of one row, forward and backward.
  virtual double forward_flops() const { return 0; }
  virtual double backward_flops() const { return forward_flops(); }
  // This layer with an element-wise activation that ops can fuse taken into it, or null where that cannot be.
  virtual std::shared_ptr<const Layer> with_activation(Activation, double) const { return nullptr; }
  // For inference: this layer with the normalisation behind it folded into its kernel and bias, or null.
  virtual std::shared_ptr<const Layer> with_normalization(const Normalization&) const { return nullptr; }
  // What this layer does at inference where it is y = x * scale + offset by channel, with numbers that are
  // known beforehand; else absent.
  virtual std::optional<Normalization> as_normalization() const { return std::nullopt; }

 protected:
  // What it is computed from besides its own variables.
  void depend_on(const std::vector<VariablePtr>& more) {
    variables_.insert(variables_.end(), more.begin(), more.end());
  }
  Layer(const Definition& definition, Shape output_shape);

  // A value of this layer, or its gradient, as [rows * positions, last axis]; absent where data is null.
  TensorView input_view(const void* data, const StepState& state) const {
    return view(data, input_fold_, state);
  }
  TensorView output_view(const void* data, const StepState& state) const {
    return view(data, output_fold_, state);
  }
  // A variable, and one shaped like it; absent where the variable or data is null.
  TensorView variable_view(size_t index) const;
  TensorView variable_view(size_t index, void* data) const;
  int64_t input_size() const { return input_fold_.positions * input_fold_.cols; }
  // Rows of the folded input for one row of the batch, and its last axis.
  int64_t positions() const { return input_fold_.positions; }
  int64_t input_cols() const { return input_fold_.cols; }

 private:
  struct Fold {
    int64_t positions, cols;
  };
  static Fold fold(const Shape& row_shape);
  TensorView view(const void* data, const Fold& fold, const StepState& state) const;

  std::string name_;
  DType dtype_;
  std::vector<VariablePtr> variables_;
  bool trainable_;
  Shape output_shape_;
  Fold input_fold_, output_fold_;
};

using LayerPtr = std::shared_ptr<const Layer>;

}  // namespace lamella::layers
