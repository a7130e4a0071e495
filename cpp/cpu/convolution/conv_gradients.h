// The gradients of a convolution by its kernel and by what comes before its activation.
#pragma once
#include "cpu/context.h"
#include "ops/conv.h"

namespace lamella::cpu {

int64_t kernel_gradient_scratch_bytes(const Context& context, DType dtype, const ConvGeometry& g,
                                      int64_t pictures);
void kernel_gradient(const Context& context, const ConvGeometry& g, const ConvKernelGradient& p);
int64_t output_gradient_scratch_bytes(DType dtype, int64_t rows, int64_t filters);
void output_gradient(const Context& context, const ConvOutputGradient& p);

}  // namespace lamella::cpu
