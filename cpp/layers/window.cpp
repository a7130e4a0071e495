#include "layers/window.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::layers {

namespace {

constexpr size_t kAxes = 3;

// Numbers of the spatial axes as those of all three, the absent first ones filled up.
std::array<int64_t, kAxes> on_three_axes(const Shape& numbers, int64_t otherwise) {
  std::array<int64_t, kAxes> result;
  result.fill(otherwise);
  std::copy(numbers.begin(), numbers.end(), result.end() - static_cast<std::ptrdiff_t>(numbers.size()));
  return result;
}

// The numbers along an axis together with their padding.
int64_t padded_size(const ops::Window& window, int64_t after, size_t axis) {
  int64_t padded = 0;
  if (__builtin_add_overflow(window.input[axis], window.before[axis], &padded) ||
      __builtin_add_overflow(padded, after, &padded))
    fail("A padding of ", window.before[axis], " and ", after, " does not fit into 64 bits.");
  return padded;
}

// Checks the window along an axis and finds how many outputs there are.
void complete_axis(const Definition& definition, const Shape& input, int64_t after, size_t axis,
                   ops::Window& window) {
  int64_t& stride = window.stride[axis];
  const int64_t dilation = window.dilation[axis];
  if (window.input[axis] < 1) {
    fail("Layer '", definition.name, "' has a window and cannot take inputs of shape ",
         to_string_with_batch(input), ", which are empty.");
  }
  if (window.taps[axis] < 1 || stride < 1 || dilation < 1 || window.before[axis] < 0 || after < 0) {
    fail("Layer '", definition.name, "' has a window, strides, dilation or padding that is not positive.");
  }
  if (stride > 1 && dilation > 1) {
    fail("Layer '", definition.name, "' cannot have both strides and dilation. Received: strides=", stride,
         ", dilation=", dilation, ".");
  }
  const int64_t padded = padded_size(window, after, axis);
  const int64_t reach = checked_product(window.taps[axis] - 1, dilation) + 1;
  if (reach > padded) {
    fail("Layer '", definition.name, "' has a window that reaches over ", reach,
         " numbers and cannot take inputs of shape ", to_string_with_batch(input), ", which have ", padded,
         " there with their padding.");
  }
  stride = std::min(stride, padded);  // gradients go through the phases of a stride: there are no more
  window.output[axis] = (padded - reach) / stride + 1;
}

}  // namespace

ops::Window window_of(const Definition& definition, const Shape& input, const Shape& taps) {
  const size_t rank = taps.size();
  const auto numbers = [&](const char* key, int64_t otherwise) {
    Shape values(rank, otherwise);
    if (definition.attributes.has(key)) values = definition.attributes.integers(key);
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
  for (size_t axis = 0; axis < kAxes; ++axis) complete_axis(definition, input, after[axis], axis, window);
  return window;
}

Shape taps_of(const Definition& definition) { return definition.attributes.integers("taps"); }

Shape window_output_shape(const ops::Window& window, const Shape& input, int64_t channels) {
  Shape shape(window.output.end() - static_cast<std::ptrdiff_t>(input.size() - 1), window.output.end());
  shape.push_back(channels);
  return shape;
}

}  // namespace lamella::layers
