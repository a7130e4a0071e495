#include "layers/folded_kernel.h"

namespace lamella::layers {

namespace {

TensorView column_view(const VariablePtr& variable) {
  if (!variable) return {};
  return {variable->data(), variable->dtype(), 1, variable->size()};
}

TensorView at(const void* memory, int64_t offset, DType dtype, int64_t rows, int64_t cols) {
  return {const_cast<char*>(static_cast<const char*>(memory)) + offset, dtype, rows, cols};
}

}  // namespace

FoldedKernel::FoldedKernel(Normalization normalization, VariablePtr kernel, VariablePtr bias)
    : normalization_(std::move(normalization)), kernel_(std::move(kernel)), bias_(std::move(bias)) {}

int64_t FoldedKernel::bytes() const { return kernel_bytes() + 2 * column_bytes(); }

TensorView FoldedKernel::kernel(const void* memory) const {
  return at(memory, 0, kernel_->dtype(), kernel_->size() / columns(), columns());
}

TensorView FoldedKernel::bias(const void* memory) const {
  return at(memory, kernel_bytes(), kernel_->dtype(), 1, columns());
}

void FoldedKernel::refresh(const ops::Context& context, void* memory) const {
  const TensorView scale = at(memory, kernel_bytes() + column_bytes(), kernel_->dtype(), 1, columns());
  context.ops.batch_norm.fold(context, {.gamma = column_view(normalization_.gamma),
                                        .beta = column_view(normalization_.beta),
                                        .mean = column_view(normalization_.mean),
                                        .variance = column_view(normalization_.variance),
                                        .epsilon = normalization_.epsilon,
                                        .bias = column_view(bias_),
                                        .scale = scale,
                                        .offset = bias(memory)});
  const TensorView whole{kernel_->data(), kernel_->dtype(), kernel_->size() / columns(), columns()};
  context.ops.elementwise.scale_columns(context, whole, scale.data, nullptr, kernel(memory));
}

std::vector<VariablePtr> FoldedKernel::variables() const {
  return {normalization_.gamma, normalization_.beta, normalization_.mean, normalization_.variance};
}

}  // namespace lamella::layers
