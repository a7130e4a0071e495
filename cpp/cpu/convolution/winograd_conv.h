// Which convolutions Winograd's algorithm is used for, and on what shapes.
#pragma once
#include "cpu/convolution/winograd.h"
#include "ops/conv.h"

namespace lamella::cpu {

inline bool is_3x3_with_stride_1(const ConvGeometry& g) {
  const Window& w = g.window;
  return g.groups == 1 && w.taps == std::array<int64_t, 3>{1, 3, 3} && w.input[0] == 1 &&
         w.stride == std::array<int64_t, 3>{1, 1, 1} && w.dilation == std::array<int64_t, 3>{1, 1, 1};
}

inline WinogradShape winograd_shape(const ConvGeometry& g) {
  const Window& w = g.window;
  return {w.input[1], w.input[2], w.output[1], w.output[2], w.before[1], w.before[2], g.channels, g.filters};
}
// Of the gradient by the input: a correlation of the outputs' gradients with the taps in reverse order.
inline WinogradShape winograd_gradient_shape(const ConvGeometry& g) {
  const Window& w = g.window;
  return {w.output[1],     w.output[2],     w.input[1], w.input[2],
          2 - w.before[1], 2 - w.before[2], g.filters,  g.channels};
}

inline bool uses_winograd(const ConvGeometry& g, const WinogradShape& s) {
  return is_3x3_with_stride_1(g) && s.above >= 0 && s.left >= 0 && winograd_pays(s);
}
inline bool gradient_uses_winograd(const ConvGeometry& g, const WinogradShape& s) {
  return uses_winograd(g, s) && winograd_gradient_pays(s);
}

}  // namespace lamella::cpu
