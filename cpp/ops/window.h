// A window that moves over channels-last pictures: what convolution and pooling have in common.
#pragma once
#include <array>
#include <cstdint>

namespace lamella::ops {

// Pictures whose pixels can be taken as long rows, see Window::in_long_rows.
inline constexpr int64_t kLeastLongRows = 16;

// By axis: depth, height, width; the first ones have size 1 in pictures and signals. Output o sees the inputs
// o * stride + tap * dilation - before of the taps 0 <= tap < taps; those outside of the input count as
// zeros, or not at all (pooling).
struct Window {
  std::array<int64_t, 3> input, output, taps, stride, dilation, before;

  int64_t input_positions() const { return input[0] * input[1] * input[2]; }
  int64_t output_positions() const { return output[0] * output[1] * output[2]; }
  int64_t all_taps() const { return taps[0] * taps[1] * taps[2]; }

  // Each output sees the input at its own place, and nothing else.
  bool is_pointwise() const {
    return all_taps() == 1 && stride == taps && input == output && before == std::array<int64_t, 3>{};
  }
  // A pointwise window takes each of 16 or more pictures as a signal, one long row: fewer could not be shared
  // out.
  Window in_long_rows(int64_t pictures) const {
    if (!is_pointwise() || pictures < kLeastLongRows) return *this;
    Window signal = *this;
    signal.input = signal.output = {1, 1, input_positions()};
    return signal;
  }
};

}  // namespace lamella::ops
