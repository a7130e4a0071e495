// A dense layer with one unit: its products are those of a matrix and a vector, which a register tile would
// spend on columns that are not there.
#pragma once
#include "ops/dense.h"

namespace lamella::ops {

void single_unit_forward(const Context& context, const DenseForward& p);
void single_unit_backward(const Context& context, const DenseBackward& p);

}  // namespace lamella::ops
