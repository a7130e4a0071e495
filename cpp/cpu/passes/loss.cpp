#include <algorithm>

#include "cpu/tables.h"
#include "ops/loss.h"

namespace lamella::cpu {

namespace {

// The arguments of rows [begin, end), typed.
template <class T>
struct Rows {
  Rows(const LossArguments& p, int64_t begin, int64_t end)
      : rows(end - begin),
        cols(p.prediction.cols),
        prediction(p.prediction.as<T>() + begin * cols),
        target(p.target ? static_cast<const T*>(p.target) + begin * cols : nullptr),
        labels(p.labels ? static_cast<const int32_t*>(p.labels) + begin : nullptr),
        weights(p.weights ? static_cast<const T*>(p.weights) + begin : nullptr),
        smoothing(static_cast<T>(p.smoothing)),
        scale(static_cast<T>(p.scale)),
        row_loss(p.row_loss.as<T>() + begin),
        probabilities(p.probabilities ? p.probabilities.as<T>() + begin * cols : nullptr),
        gradient(p.gradient ? p.gradient.as<T>() + begin * cols : nullptr) {}

  int64_t rows, cols;
  const T* prediction;
  const T* target;
  const int32_t* labels;
  const T* weights;
  T smoothing, scale;
  T* row_loss;
  T* probabilities;
  T* gradient;
};

template <class T>
void evaluate_row_loss(const kernels::Table<T>& table, LossKind kind, const Rows<T>& r,
                       const LossOptions& options, bool binary_labels) {
  const kernels::RowLossBlock<T> block{.rows = r.rows,
                                       .cols = r.cols,
                                       .p = r.prediction,
                                       .t = r.target,
                                       .labels = r.labels,
                                       .weights = r.weights,
                                       .scale = r.scale,
                                       .row_loss = r.row_loss,
                                       .dp = r.gradient,
                                       .delta = static_cast<T>(options.delta),
                                       .alpha = static_cast<T>(options.alpha),
                                       .gamma = static_cast<T>(options.gamma),
                                       .smoothing = r.smoothing,
                                       .balanced = options.balanced,
                                       .from_logits = options.from_logits,
                                       .binary_labels = binary_labels};
  if (kind <= LossKind::binary_focal) return table.pointwise_row_loss(kind, block);
  table.class_row_loss(kind, block);
}

// Keras's rule of the hinges: targets that are all 0 or 1 mean -1 and 1. Looks at the whole batch.
template <class T>
bool all_binary(const LossArguments& p) {
  if (p.kind != LossKind::hinge && p.kind != LossKind::squared_hinge) return false;
  const T* target = static_cast<const T*>(p.target);
  return std::all_of(target, target + p.prediction.size(), [](T t) { return t == T(0) || t == T(1); });
}

template <class T>
void evaluate_rows(const kernels::Table<T>& table, LossKind kind, const Rows<T>& r,
                   const LossOptions& options, bool binary_labels) {
  switch (kind) {
    case LossKind::squared_error:
      return table.squared_error(r.rows, r.cols, r.prediction, r.target, r.weights, r.scale, r.row_loss,
                                 r.gradient);
    case LossKind::absolute_error:
      return table.absolute_error(r.rows, r.cols, r.prediction, r.target, r.weights, r.scale, r.row_loss,
                                  r.gradient);
    case LossKind::binary_cross_entropy:
      return table.binary_cross_entropy(r.rows, r.cols, r.prediction, r.target, r.smoothing, r.weights,
                                        r.scale, r.row_loss, r.gradient);
    case LossKind::sigmoid_cross_entropy:
      return table.sigmoid_cross_entropy(r.rows, r.cols, r.prediction, r.target, r.smoothing, r.weights,
                                         r.scale, r.row_loss, r.probabilities, r.gradient);
    case LossKind::cross_entropy:
      return table.cross_entropy(r.rows, r.cols, r.prediction, r.target, r.smoothing, r.weights, r.scale,
                                 r.row_loss, r.gradient);
    case LossKind::cross_entropy_sparse:
      return table.cross_entropy_sparse(r.rows, r.cols, r.prediction, r.labels, r.weights, r.scale,
                                        r.row_loss, r.gradient);
    case LossKind::softmax_cross_entropy:
      return table.softmax_cross_entropy(r.rows, r.cols, r.prediction, r.target, r.smoothing, r.weights,
                                         r.scale, r.row_loss, r.probabilities, r.gradient);
    case LossKind::softmax_cross_entropy_sparse:
      return table.softmax_cross_entropy_sparse(r.rows, r.cols, r.prediction, r.labels, r.weights, r.scale,
                                                r.row_loss, r.probabilities, r.gradient);
    default:
      return evaluate_row_loss(table, kind, r, options, binary_labels);
  }
}

// Rows are handled in pieces of a fixed size where their labels or indices go to the stack.
constexpr int64_t kPiece = 256;

// The kernels leave out rows of label -1.
template <class T>
void evaluate_counted(const kernels::Table<T>& table, const LossArguments& p, int64_t begin, int64_t end) {
  int32_t labels[kPiece];
  for (; begin < end; begin += kPiece) {
    Rows<T> rows(p, begin, std::min(begin + kPiece, end));
    for (int64_t i = 0; i < rows.rows; ++i)
      labels[i] = rows.labels[i] == *p.ignored_class ? -1 : rows.labels[i];
    rows.labels = labels;
    evaluate_rows<T>(table, p.kind, rows, p.options, false);
  }
}

void evaluate(const Context& context, const LossArguments& p) {
  dispatch(p.prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t grain =
        rows_per_chunk(p.prediction.cols * 4);  // transcendental functions: four times the work
    const bool binary_labels = all_binary<T>(p);
    context.device.threads.parallel_for(p.prediction.rows, grain, [&](int64_t begin, int64_t end) {
      const auto& table = kernels_of(context).table<T>();
      if (p.ignored_class) return evaluate_counted<T>(table, p, begin, end);
      evaluate_rows<T>(table, p.kind, Rows<T>(p, begin, end), p.options, binary_labels);
    });
  });
}

double weighted_sum(const Context& context, const TensorView& values, const void* weights) {
  return dispatch(values.dtype, [&](auto t) {
    using T = decltype(t);
    if (weights == nullptr) return kernels_of(context).table<T>().sum(values.size(), values.as<T>());
    double sum = 0;
    for (int64_t i = 0; i < values.size(); ++i) {
      sum += double(values.as<T>()[i]) * double(static_cast<const T*>(weights)[i]);
    }
    return sum;
  });
}

double weight_of_rows(const Context& context, const TensorView& prediction, const void* weights,
                      const void* labels, std::optional<int64_t> ignored_class) {
  if (!ignored_class && weights == nullptr) return static_cast<double>(prediction.rows);
  return dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const T* weight = static_cast<const T*>(weights);
    if (!ignored_class) return kernels_of(context).table<T>().sum(prediction.rows, weight);
    double sum = 0;
    for (int64_t i = 0; i < prediction.rows; ++i) {
      if (static_cast<const int32_t*>(labels)[i] != *ignored_class) sum += weight ? double(weight[i]) : 1;
    }
    return sum;
  });
}

Overlap overlap(const Context&, const TensorView& prediction, const void* target) {
  return dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const T* p = prediction.as<T>();
    const T* y = static_cast<const T*>(target);
    Overlap sums{};
    for (int64_t i = 0; i < prediction.size(); ++i) {
      sums.both += double(y[i]) * double(p[i]);
      sums.target += double(y[i]);
      sums.prediction += double(p[i]);
    }
    return sums;
  });
}

void overlap_gradient(const Context&, const void* target, double slope, double offset,
                      const TensorView& gradient) {
  dispatch(gradient.dtype, [&](auto t) {
    using T = decltype(t);
    const T* y = static_cast<const T*>(target);
    for (int64_t i = 0; i < gradient.size(); ++i) gradient.as<T>()[i] = static_cast<T>(y[i] * slope + offset);
  });
}

void binary_matches(const Context&, const TensorView& prediction, const void* target, double threshold,
                    const TensorView& matches) {
  dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const T* p = prediction.as<T>();
    const T* y = static_cast<const T*>(target);
    const T limit = static_cast<T>(threshold);
    for (int64_t i = 0; i < prediction.rows; ++i) {
      int64_t right = 0;
      for (int64_t j = 0; j < prediction.cols; ++j, ++p, ++y) right += T(*p > limit ? 1 : 0) == *y;
      matches.as<T>()[i] = static_cast<T>(right) / static_cast<T>(prediction.cols);
    }
  });
}

void categorical_matches(const Context& context, const TensorView& prediction, const void* target,
                         const TensorView& matches) {
  dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    int32_t predicted[kPiece], wanted[kPiece];
    for (int64_t begin = 0; begin < prediction.rows; begin += kPiece) {
      const int64_t rows = std::min(kPiece, prediction.rows - begin), cols = prediction.cols;
      table.argmax_rows(rows, cols, prediction.as<T>() + begin * cols, predicted);
      table.argmax_rows(rows, cols, static_cast<const T*>(target) + begin * cols, wanted);
      for (int64_t i = 0; i < rows; ++i) matches.as<T>()[begin + i] = T(predicted[i] == wanted[i] ? 1 : 0);
    }
  });
}

void sparse_matches(const Context& context, const TensorView& prediction, const void* labels,
                    const TensorView& matches) {
  dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    int32_t predicted[kPiece];
    for (int64_t begin = 0; begin < prediction.rows; begin += kPiece) {
      const int64_t rows = std::min(kPiece, prediction.rows - begin), cols = prediction.cols;
      table.argmax_rows(rows, cols, prediction.as<T>() + begin * cols, predicted);
      for (int64_t i = 0; i < rows; ++i)
        matches.as<T>()[begin + i] =
            T(predicted[i] == static_cast<const int32_t*>(labels)[begin + i] ? 1 : 0);
    }
  });
}

}  // namespace

const LossOps loss_ops{evaluate,         weighted_sum,   weight_of_rows,      overlap,
                       overlap_gradient, binary_matches, categorical_matches, sparse_matches};

}  // namespace lamella::cpu
