#include <algorithm>

#include "ops/loss.h"

namespace lamella::ops {

namespace {

// The arguments of rows [begin, end), typed.
template <class T>
struct Rows {
  Rows(const LossArguments& p, int64_t begin, int64_t end)
      : rows(end - begin),
        cols(p.prediction.cols),
        prediction(p.prediction.as<T>() + begin * cols),
        target(p.target ? static_cast<const T*>(p.target) + begin * cols : nullptr),
        labels(p.labels ? p.labels + begin : nullptr),
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
void evaluate_rows(const kernels::Table<T>& table, LossKind kind, const Rows<T>& r) {
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
  }
}

void evaluate(const Context& context, const LossArguments& p) {
  dispatch(p.prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t grain =
        rows_per_chunk(p.prediction.cols * 4);  // transcendental functions: four times the work
    context.pool.parallel_for(p.prediction.rows, grain, [&](int64_t begin, int64_t end) {
      evaluate_rows<T>(context.kernels.table<T>(), p.kind, Rows<T>(p, begin, end));
    });
  });
}

double weighted_sum(const Context& context, const TensorView& values, const void* weights) {
  return dispatch(values.dtype, [&](auto t) {
    using T = decltype(t);
    if (weights == nullptr) return context.kernels.table<T>().sum(values.size(), values.as<T>());
    double sum = 0;
    for (int64_t i = 0; i < values.size(); ++i) {
      sum += double(values.as<T>()[i]) * double(static_cast<const T*>(weights)[i]);
    }
    return sum;
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

// Rows are compared in pieces of a fixed size so that the indices fit on the stack.
constexpr int64_t kPiece = 256;

void categorical_matches(const Context& context, const TensorView& prediction, const void* target,
                         const TensorView& matches) {
  dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = context.kernels.table<T>();
    int32_t predicted[kPiece], wanted[kPiece];
    for (int64_t begin = 0; begin < prediction.rows; begin += kPiece) {
      const int64_t rows = std::min(kPiece, prediction.rows - begin), cols = prediction.cols;
      table.argmax_rows(rows, cols, prediction.as<T>() + begin * cols, predicted);
      table.argmax_rows(rows, cols, static_cast<const T*>(target) + begin * cols, wanted);
      for (int64_t i = 0; i < rows; ++i) matches.as<T>()[begin + i] = T(predicted[i] == wanted[i] ? 1 : 0);
    }
  });
}

void sparse_matches(const Context& context, const TensorView& prediction, const int32_t* labels,
                    const TensorView& matches) {
  dispatch(prediction.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = context.kernels.table<T>();
    int32_t predicted[kPiece];
    for (int64_t begin = 0; begin < prediction.rows; begin += kPiece) {
      const int64_t rows = std::min(kPiece, prediction.rows - begin), cols = prediction.cols;
      table.argmax_rows(rows, cols, prediction.as<T>() + begin * cols, predicted);
      for (int64_t i = 0; i < rows; ++i)
        matches.as<T>()[begin + i] = T(predicted[i] == labels[begin + i] ? 1 : 0);
    }
  });
}

}  // namespace

extern const LossOps loss_cpu;
const LossOps loss_cpu{evaluate, weighted_sum, binary_matches, categorical_matches, sparse_matches};

}  // namespace lamella::ops
