// A kernel and bias that have the normalisation behind their layer folded into them, for inference.
#pragma once
#include <optional>

#include "layers/layer.h"

namespace lamella::layers {

// kernel * scale and (bias - mean) * scale + beta by column, scale = gamma / sqrt(variance + epsilon); they
// lie in front of the packed kernel and are refreshed with it.
class FoldedKernel {
 public:
  FoldedKernel(Normalization normalization, VariablePtr kernel, VariablePtr bias);

  int64_t bytes() const;
  // Computes both into memory of so many bytes.
  void refresh(const ops::Context& context, void* memory) const;
  TensorView kernel(const void* memory) const;
  TensorView bias(const void* memory) const;
  // The variables that it depends on besides kernel and bias.
  std::vector<VariablePtr> variables() const;

 private:
  int64_t columns() const { return kernel_->shape().back(); }
  int64_t kernel_bytes() const { return kernel_->padded_bytes(); }
  int64_t column_bytes() const { return round_up(columns() * size_of(kernel_->dtype()), kAlignment); }

  Normalization normalization_;
  VariablePtr kernel_, bias_;
};

}  // namespace lamella::layers
