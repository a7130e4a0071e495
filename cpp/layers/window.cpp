#include "layers/window.h"

#include "base/error.h"

namespace lamella::layers {

namespace {

constexpr size_t kAxes = 3;

// Numbers of the spatial axes as those of all three, the absent first ones filled up.
std::array<int64_t, kAxes> on_three_axes(const std::vector<double>& numbers, int64_t otherwise) {
  std::array<int64_t, kAxes> result;
  result.fill(otherwise);
  const size_t first = kAxes - numbers.size();
  for (size_t i = 0; i < numbers.size(); ++i) result[first + i] = static_cast<int64_t>(numbers[i]);
  return result;
}

}  // namespace

ops::Window window_of(const Definition& definition, const Shape& input, const Shape& taps) {
  const size_t rank = taps.size();
  const auto numbers = [&](const char* key, double otherwise) {
    std::vector<double> values(rank, otherwise);
    if (definition.attributes.has(key)) values = definition.attributes.numbers(key);
    if (values.size() != rank) {
      fail("Layer '", definition.name, "' takes ", rank, " numbers as ", key, ". Received: ", values.size(),
           ".");
    }
    return values;
  };
  if (rank < 1 || rank > kAxes || input.size() != rank + 1) {
    fail("Layer '", definition.name, "' has a window of shape ", to_string(taps),
         " and cannot take inputs of shape ", to_string_with_batch(input), ".");
  }
  ops::Window window;
  window.input = on_three_axes({input.begin(), input.end() - 1}, 1);
  window.taps = on_three_axes({taps.begin(), taps.end()}, 1);
  window.stride = on_three_axes(numbers("strides", 1), 1);
  window.dilation = on_three_axes(numbers("dilation", 1), 1);
  window.before = on_three_axes(numbers("before", 0), 0);
  const auto after = on_three_axes(numbers("after", 0), 0);
  for (size_t axis = 0; axis < kAxes; ++axis) {
    const int64_t stride = window.stride[axis], dilation = window.dilation[axis];
    const int64_t padded = window.input[axis] + window.before[axis] + after[axis];
    const int64_t reach = (window.taps[axis] - 1) * dilation + 1;
    if (window.taps[axis] < 1 || stride < 1 || dilation < 1 || window.before[axis] < 0 || after[axis] < 0) {
      fail("Layer '", definition.name, "' has a window, strides, dilation or padding that is not positive.");
    }
    if (stride > 1 && dilation > 1) {
      fail("Layer '", definition.name, "' cannot have both strides and dilation. Received: strides=", stride,
           ", dilation=", dilation, ".");
    }
    if (reach > padded) {
      fail("Layer '", definition.name, "' has a window that reaches over ", reach,
           " numbers and cannot take inputs of shape ", to_string_with_batch(input), ", which have ", padded,
           " there with their padding.");
    }
    window.output[axis] = (padded - reach) / stride + 1;
  }
  return window;
}

Shape taps_of(const Definition& definition) {
  const std::vector<double> taps = definition.attributes.numbers("taps");
  return {taps.begin(), taps.end()};
}

Shape window_output_shape(const ops::Window& window, const Shape& input, int64_t channels) {
  Shape shape(window.output.end() - static_cast<std::ptrdiff_t>(input.size() - 1), window.output.end());
  shape.push_back(channels);
  return shape;
}

}  // namespace lamella::layers
