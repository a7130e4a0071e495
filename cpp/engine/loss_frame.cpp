#include "engine/loss_frame.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/error.h"

namespace lamella::engine {

namespace {

// The row axes that the loss runs along, the batch axis not counted, in the order they are given in.
std::vector<int64_t> row_axes(const losses::Loss& loss, const Shape& output) {
  const auto rank = static_cast<int64_t>(output.size()) + 1;
  std::vector<int64_t> axes;
  for (const int64_t given : loss.axes()) {
    const int64_t axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank || std::find(axes.begin(), axes.end(), axis - 1) != axes.end()) {
      fail("The loss's 'axis' must name axes of the outputs, whose shape is ", to_string_with_batch(output),
           ". Received: axis=", to_string(loss.axes()), ".");
    }
    if (axis > 0) {
      axes.push_back(axis - 1);
    } else if (!loss.takes_batch_axis()) {
      fail("Training takes a loss for each sample, but 'axis' holds the batch axis. Received: axis=",
           to_string(loss.axes()), ".");
    }
  }
  return axes;
}

Shape moved(const Shape& shape, const std::vector<int64_t>& order) {
  Shape result;
  for (const int64_t axis : order) result.push_back(shape[static_cast<size_t>(axis)]);
  return result;
}

// The axes from this one on as one.
Shape folded(Shape shape, size_t from) {
  const int64_t size = std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(),
                                       int64_t{1}, std::multiplies<>());
  shape.resize(from);
  shape.push_back(size);
  return shape;
}

std::vector<double> numbers(const std::vector<int64_t>& values) { return {values.begin(), values.end()}; }

}  // namespace

std::optional<LossFrame> LossFrame::make(const Program& program, const Objective& objective) {
  if (!objective.loss || objective.loss->axes().empty()) return std::nullopt;
  const Shape& output = program.output_shape();
  const std::vector<int64_t> axes = row_axes(*objective.loss, output);
  const auto last = static_cast<int64_t>(output.size()) - 1;
  if (axes == std::vector<int64_t>{last}) return std::nullopt;
  std::vector<int64_t> order;
  for (int64_t axis = 0; axis <= last; ++axis)
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) order.push_back(axis);
  const size_t kept = order.size();
  order.insert(order.end(), axes.begin(), axes.end());
  return LossFrame(program, objective, std::move(order), kept);
}

LossFrame::LossFrame(const Program& program, const Objective& objective, std::vector<int64_t> order,
                     size_t kept)
    : output_(program.output_shape()),
      order_(std::move(order)),
      kept_(kept),
      view_(folded(moved(output_, order_), kept_), program.dtype) {
  of_loss_.loss = objective.loss;
  of_metrics_.metrics = objective.metrics;
}

Program LossFrame::extend(Program program) const {
  const int output = program.output;
  const auto add = [&](const char* op, const char* setting, std::vector<double> values) {
    layers::Definition definition;
    definition.name = "loss";
    definition.attributes = Attributes("loss", {{setting, std::move(values)}});
    program.along = program.add(op, {program.output}, std::move(definition));
  };
  add("permute", "axes", numbers(order_));
  add("reshape", "shape", numbers(view_.output_shape()));
  program.output = output;
  return program;
}

Feed LossFrame::for_loss(const Feed& feed) const {
  Feed result = feed;
  Shape &shape = result.y.shape, &strides = result.y.strides;
  if (shape.empty()) return result;
  if (of_loss_.wants_labels()) {
    // One for each of the kept axes; the axis of the classes may be there, of one.
    const auto axis = static_cast<std::ptrdiff_t>(order_.back()) + 1;
    if (shape.size() != output_.size() + 1 || shape[static_cast<size_t>(axis)] != 1) return result;
    shape.erase(shape.begin() + axis);
    strides.erase(strides.begin() + axis);
    return result;
  }
  if (shape.size() == output_.size() && !output_.empty() && output_.back() == 1) {
    shape.push_back(1);
    strides.push_back(0);
  } else if (shape.size() == output_.size() + 2 && shape.back() == 1) {
    shape.pop_back();
    strides.pop_back();
  }
  if (result.y.row_shape() != output_) {
    fail("Targets must have the shape of the model's output, ", to_string_with_batch(output_),
         ". Received: y of shape ", to_string(feed.y.shape), ".");
  }
  Shape new_strides{strides[0]};
  for (const int64_t axis : order_) new_strides.push_back(strides[static_cast<size_t>(axis) + 1]);
  shape = moved(output_, order_);
  shape.insert(shape.begin(), feed.y.rows());
  strides = std::move(new_strides);
  return result;
}

Feed LossFrame::for_metrics(const Feed& feed) const {
  Feed result = feed;
  const auto& metrics = of_metrics_.metrics;
  if (std::none_of(metrics.begin(), metrics.end(), [](const auto& term) { return term.weighted; }))
    result.sample_weight = {};
  return result;
}

}  // namespace lamella::engine
