// A dense layer with one unit, and the gradients of one over one row: products of a matrix and a vector, for
// which the kernel is read as it lies. A register tile would be spent on columns that are not there, and
// packing a kernel for one row takes longer than the product.
#pragma once
#include "cpu/context.h"
#include "ops/dense.h"

namespace lamella::cpu {

void single_unit_forward(const Context& context, const DenseForward& p);
void single_unit_backward(const Context& context, const DenseBackward& p);
// DenseOps::backward_rows and backward_variables of one unit.
void single_unit_rows(const Context& context, const DenseBackward& p);
void single_unit_variables(const Context& context, const DenseBackward& p, int64_t share, int64_t count);
void single_row_backward(const Context& context, const DenseBackward& p);

}  // namespace lamella::cpu
