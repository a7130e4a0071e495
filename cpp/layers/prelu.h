// The leaky ReLU with a slope of its own for each element of a row, or shared along axes.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Variable: alpha, of the input's row shape, with 1 in place of the axes along which it is shared.
class PRelu final : public Layer {
 public:
  explicit PRelu(const Definition& definition);

  const char* op() const override { return "prelu"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void pack(const ops::Context& context, void* packed) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override { return static_cast<double>(input_size()); }

 private:
  bool is_shared() const { return !shared_.empty(); }
  // A row of the batch as one row of the tensor.
  TensorView rows_of(const void* data, const StepState& state) const;

  // Where alpha is shared: its element for each element of a row.
  std::vector<int32_t> shared_;
};

}  // namespace lamella::layers
