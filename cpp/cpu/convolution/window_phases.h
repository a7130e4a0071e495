// The gradient of a moving window by its input, as windows that move the other way.
#pragma once
#include "base/shape.h"
#include "cpu/window_axis.h"

namespace lamella::cpu {

// Inputs that lie at the same place between two steps of the window see the same taps: those first,
// first + stride ... Their gradients are a correlation of their own, with the taps in reverse order.
struct Phase {
  WindowAxis axis;  // from the outputs of the convolution to its inputs of this phase
  int64_t first_tap;
};

inline Phase phase_of(const WindowAxis& w, int64_t phase) {
  const int64_t first_tap = (phase + w.before) % w.stride;
  Phase result{{}, first_tap};
  result.axis.input = w.output;
  result.axis.output = phase < w.input ? ceil_div(w.input - phase, w.stride) : 0;
  result.axis.taps = first_tap < w.taps ? ceil_div(w.taps - first_tap, w.stride) : 0;
  result.axis.stride = 1;
  result.axis.dilation = w.dilation;
  result.axis.before = (result.axis.taps - 1) * w.dilation - (phase + w.before - first_tap) / w.stride;
  return result;
}

// body(phases of the three axes, their numbers).
template <class Body>
void for_each_phase(const Window& window, Body body) {
  std::array<int64_t, 3> at;
  for (at[0] = 0; at[0] < window.stride[0]; ++at[0])
    for (at[1] = 0; at[1] < window.stride[1]; ++at[1])
      for (at[2] = 0; at[2] < window.stride[2]; ++at[2]) {
        std::array<Phase, 3> phases;
        for (size_t axis = 0; axis < 3; ++axis) phases[axis] = phase_of(WindowAxis(window, axis), at[axis]);
        body(phases, at);
      }
}

inline int64_t taps_of(const std::array<Phase, 3>& phases) {
  return phases[0].axis.taps * phases[1].axis.taps * phases[2].axis.taps;
}

// The number in the kernel of tap `index` of these phases, counted from the last one.
inline int64_t tap_in_kernel(const Window& window, const std::array<Phase, 3>& phases, int64_t index) {
  int64_t tap = 0;
  const int64_t row = phases[2].axis.taps, plane = phases[1].axis.taps * row;
  const int64_t at[3] = {index / plane, index % plane / row, index % row};
  for (size_t axis = 0; axis < 3; ++axis) {
    const int64_t turned = phases[axis].axis.taps - 1 - at[axis];
    tap = tap * window.taps[axis] + phases[axis].first_tap + turned * window.stride[axis];
  }
  return tap;
}

}  // namespace lamella::cpu
