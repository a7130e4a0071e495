// One axis of a window: which taps an output has inside of the input, and which outputs have them all.
#pragma once
#include "cpu/context.h"
#include "cpu/range.h"
#include "ops/window.h"

namespace lamella::cpu {

constexpr int64_t floor_quotient(int64_t a, int64_t b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }
constexpr int64_t ceil_quotient(int64_t a, int64_t b) { return floor_quotient(a + b - 1, b); }

struct WindowAxis {
  int64_t input, output, taps, stride, dilation, before;

  WindowAxis() = default;
  WindowAxis(const Window& w, size_t axis)
      : input(w.input[axis]),
        output(w.output[axis]),
        taps(w.taps[axis]),
        stride(w.stride[axis]),
        dilation(w.dilation[axis]),
        before(w.before[axis]) {}

  // The input that tap 0 of this output lies on.
  int64_t first_input(int64_t out) const { return out * stride - before; }
  // Taps of this output that lie inside of the input.
  Range taps_inside(int64_t out) const {
    const int64_t first = first_input(out);
    const int64_t begin = std::clamp<int64_t>(ceil_quotient(-first, dilation), 0, taps);
    return {begin, std::clamp<int64_t>(ceil_quotient(input - first, dilation), begin, taps)};
  }
  // Outputs for which this tap lies inside of the input.
  Range outputs_of(int64_t tap) const {
    const int64_t shift = before - tap * dilation;
    const int64_t begin = std::clamp<int64_t>(ceil_quotient(shift, stride), 0, output);
    return {begin, std::clamp<int64_t>(ceil_quotient(input + shift, stride), begin, output)};
  }
  // Outputs for which all taps do.
  Range interior() const { return intersection(outputs_of(0), outputs_of(taps - 1)); }
};

// body(first output, outputs) for the runs of outputs of an axis that see the same taps: the interior at
// once, the others one by one.
template <class Body>
void for_each_run(const WindowAxis& axis, Body body) {
  const Range inner = axis.interior();
  for (int64_t out = 0; out < inner.begin; ++out) body(out, int64_t{1});
  if (inner.size() > 0) body(inner.begin, inner.size());
  for (int64_t out = inner.end; out < axis.output; ++out) body(out, int64_t{1});
}

// Steps in memory along the axes of channels-last pictures of these sizes.
inline std::array<int64_t, 3> steps_of(const std::array<int64_t, 3>& size, int64_t channels) {
  return {size[1] * size[2] * channels, size[2] * channels, channels};
}

}  // namespace lamella::cpu
