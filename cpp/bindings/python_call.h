// What native calls hand to Python: views of their memory.
#pragma once
#include "bindings/convert.h"

namespace lamella::bindings {

// A view of memory as an array, uncopied; valid only during the call it is made for.
py::array view_array(const void* data, const py::dtype& dtype, const Shape& shape, bool writable = false);

// The shape of a batch of outputs: [batch, *row_shape] for a folded view of them.
Shape batch_shape(const TensorView& folded, const Shape& row_shape);

// Targets as they were gathered: values like the outputs, or class indices without the last axis.
py::array target_array(const void* values, const int32_t* labels, DType dtype, const Shape& shape);

}  // namespace lamella::bindings
