// The window of a convolution or pooling layer, from what Python says of it.
#pragma once
#include "layers/layer.h"
#include "ops/window.h"

namespace lamella::layers {

// Attributes, a number for each spatial axis: strides, dilation (may be absent: 1), before and after: how
// wide the implicit zero padding is. `input` is the shape of an image, channels last.
ops::Window window_of(const Definition& definition, const Shape& input, const Shape& taps);

// The attribute taps.
Shape taps_of(const Definition& definition);

// The shape of what a window gives, with as many axes as `input` and so many channels.
Shape window_output_shape(const ops::Window& window, const Shape& input, int64_t channels);

}  // namespace lamella::layers
