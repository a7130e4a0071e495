#include "engine/feed.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::engine {

int64_t class_count(const Program& program) {
  return program.output_shape().empty() ? 1 : program.output_shape().back();
}

namespace {

// Shapes are equal, or differ by one trailing axis of size 1.
bool same_up_to_last_one(Shape a, Shape b) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() == b.size() + 1 && a.back() == 1) a.pop_back();
  return a == b;
}

[[noreturn]] void refuse_label(double label, int64_t row, int64_t classes) {
  fail("Labels must be class indices from 0 to ", classes - 1, ", because the model's output has ", classes,
       " classes. Received: label ", label, " in row ", row, ".");
}

bool take_weights_of_outputs(const Objective& objective) {
  return !objective.loss && std::all_of(objective.metrics.begin(), objective.metrics.end(),
                                        [](const auto& m) { return m.metric->weighs_outputs(); });
}

}  // namespace

bool weighs_outputs(const Feed& feed, const Program& program) {
  return feed.sample_weight && class_count(program) > 1 &&
         feed.sample_weight.row_shape() == program.output_shape();
}

void check_input(const Feed& feed, const Program& program) {
  if (feed.x.shape.empty()) fail("x must be an array with a batch axis. Received: a scalar.");
  if (!same_up_to_last_one(feed.x.row_shape(), program.input_shape())) {
    fail("The model expects inputs of shape ", to_string_with_batch(program.input_shape()),
         ". Received: x of shape ", to_string(feed.x.shape), ".");
  }
  if (feed.rows() == 0)
    fail("There is no data: x has 0 rows. Received: x of shape ", to_string(feed.x.shape), ".");
}

void check_rows(const Feed& feed) {
  if (!feed.y) fail("The loss needs targets, but y is missing.");
  for (const ops::ArrayView* array : {&feed.y, &feed.sample_weight}) {
    if (!*array) continue;
    const char* name = array == &feed.y ? "y" : "sample_weight";
    if (array->shape.empty() || array->rows() != feed.rows()) {
      fail("x and ", name, " must have the same number of rows. Received: x of shape ",
           to_string(feed.x.shape), " and ", name, " of shape ", to_string(array->shape), ".");
    }
  }
}

void check_weights(const Feed& feed, const Program& program, const Objective& objective) {
  if (!feed.sample_weight) return;
  const Shape weights = feed.sample_weight.row_shape();
  const Shape& output = program.output_shape();
  const Shape positions(output.begin(), output.empty() ? output.end() : output.end() - 1);
  const bool of_outputs = weighs_outputs(feed, program) && take_weights_of_outputs(objective);
  if (checked_product(weights) != 1 && !same_up_to_last_one(weights, positions) && !of_outputs) {
    fail("sample_weight must be one number a row, or one for each output, of shape ",
         to_string_with_batch(positions), ". Received: sample_weight of shape ",
         to_string(feed.sample_weight.shape), ".");
  }
}

void check_targets(const ops::Context& context, const Feed& feed, const Program& program,
                   const Objective& objective) {
  check_rows(feed);
  const Shape target = feed.y.row_shape();
  const Shape& output = program.output_shape();
  if (objective.wants_values() && !same_up_to_last_one(target, output)) {
    fail("Targets must have the shape of the model's output, ", to_string_with_batch(output),
         ". Received: y of shape ", to_string(feed.y.shape),
         output.size() == 1 && target.empty()
             ? ". For class indices use a sparse loss and metric, such as 'sparse_categorical_crossentropy'."
             : ".");
  }
  if (objective.wants_labels()) {
    const Shape expected(output.begin(), output.empty() ? output.end() : output.end() - 1);
    if (!same_up_to_last_one(target, expected)) {
      fail("Labels must be class indices of shape ", to_string_with_batch(expected),
           ", one for each output of shape ", to_string_with_batch(output), ". Received: y of shape ",
           to_string(feed.y.shape),
           same_up_to_last_one(target, output)
               ? ". For one-hot targets use the loss and metrics without 'sparse', such as "
                 "'categorical_crossentropy'."
               : ".");
    }
    const int64_t classes = class_count(program);
    if (const auto stray =
            context.ops.gather.stray_label(context, feed.y, classes, objective.ignored_class()))
      refuse_label(stray->label, stray->index / checked_product(target), classes);
  }
  check_weights(feed, program, objective);
}

Targets::Targets(const Program& program, const Objective& objective, int64_t capacity, int64_t weight_cols)
    : dtype_(program.dtype),
      cols_(class_count(program)),
      weight_cols_(weight_cols),
      row_shape_(program.output_shape()),
      ignored_class_(objective.ignored_class()) {
  positions_ = cols_ == 0 ? 0 : checked_product(program.output_shape()) / cols_;
  const int64_t rows = checked_product(capacity, positions_);
  const int64_t bytes = checked_product(rows, size_of(dtype_));
  if (objective.wants_values()) values_ = Block(checked_product(bytes, cols_));
  if (objective.wants_labels()) labels_ = Block(checked_product(rows, size_of(DType::int32)));
  weights_ = Block(checked_product(bytes, weight_cols));
  gathered_weights_ = Block(bytes);
  row_values_ = Block(bytes);
}

int64_t Targets::bytes() const {
  return values_.bytes() + labels_.bytes() + weights_.bytes() + gathered_weights_.bytes() +
         row_values_.bytes();
}

void Targets::gather(const ops::Context& context, const Feed& feed, const int64_t* order, int64_t first,
                     const layers::StepState& rows) {
  const int64_t begin = rows.first_row * positions_;
  const auto gather = [&](const ops::ArrayView& from, Block& to, DType dtype, int64_t cols) {
    context.ops.gather.gather(context, from, order, first,
                              {to.data() + rows.first_row * cols * size_of(dtype), dtype, rows.rows, cols});
  };
  if (values_.data()) gather(feed.y, values_, dtype_, positions_ * cols_);
  if (labels_.data()) {
    gather(feed.y, labels_, DType::int32, positions_);
    check_labels(context, order, first, rows);
  }
  if (!weighted_) return;
  if (checked_product(feed.sample_weight.row_shape()) == positions_ * weight_cols_)
    return gather(feed.sample_weight, weights_, dtype_, positions_ * weight_cols_);
  // One weight a row for several outputs a row: every output takes it.
  gather(feed.sample_weight, gathered_weights_, dtype_, 1);
  const int64_t size = size_of(dtype_);
  context.ops.elementwise.repeat(context,
                                 {gathered_weights_.data() + rows.first_row * size, dtype_, rows.rows, 1},
                                 {weights_.data() + begin * size, dtype_, rows.rows, positions_});
}

void Targets::check_labels(const ops::Context& context, const int64_t* order, int64_t first,
                           const layers::StepState& rows) const {
  const TensorView labels{labels_.data() + rows.first_row * positions_ * size_of(DType::int32), DType::int32,
                          rows.rows, positions_};
  const auto stray = context.ops.gather.stray_gathered(context, labels, cols_, ignored_class_);
  if (!stray) return;
  const int64_t row = stray->index / positions_;
  refuse_label(stray->label, order ? order[row] : first + row, cols_);
}

losses::LossPass Targets::loss_pass(const TensorView& prediction, const TensorView& probabilities,
                                    const TensorView& gradient, bool fused, int64_t first_row) const {
  const int64_t first = first_row * positions_, first_byte = first * size_of(dtype_);
  const bool values = values_.data() != nullptr, labels = labels_.data() != nullptr;
  return {.prediction = prediction,
          .values = values ? values_.data() + first_byte * cols_ : nullptr,
          .labels = labels ? labels_.data() + first * size_of(DType::int32) : nullptr,
          .weights = weighted_ ? weights_.data() + first_byte : nullptr,
          .row_loss = {row_values_.data() + first_byte, dtype_, prediction.rows, 1},
          .probabilities = probabilities,
          .gradient = gradient,
          .fused = fused,
          .row_shape = &row_shape_};
}

metrics::MetricPass Targets::metric_pass(const TensorView& prediction) const {
  return {.prediction = prediction,
          .values = values_.data(),
          .labels = labels_.data(),
          .weights = weighted_ ? weights_.data() : nullptr,
          .row_values = {row_values_.data(), dtype_, prediction.rows, 1},
          .row_shape = &row_shape_,
          .weight_cols = weight_cols_};
}

}  // namespace lamella::engine
