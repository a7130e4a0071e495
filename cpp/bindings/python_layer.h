// Layers written in Python.
#pragma once
#include "bindings/convert.h"
#include "layers/layer.h"

namespace lamella::bindings {

// forward(x, training) returns the outputs, of this row shape; backward(x, y, gradient) returns the gradient
// by x and a list of gradients, one for each trainable variable.
layers::LayerPtr make_python_layer(const layers::Definition& definition, Shape output_shape,
                                   py::object forward, py::object backward);

}  // namespace lamella::bindings
