// A window that moves over channels-last pictures: what convolution and pooling have in common.
#pragma once
#include <array>
#include <cstdint>

namespace lamella::ops {

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
  // A pointwise window in long rows: of so many pictures, each becomes a signal, while there are enough to
  // share out.
  Window in_long_rows(int64_t pictures) const {
    constexpr int64_t kRows = 16;
    if (!is_pointwise() || pictures < kRows) return *this;
    Window signal = *this;
    signal.input = signal.output = {1, 1, input_positions()};
    return signal;
  }
};

}  // namespace lamella::ops
