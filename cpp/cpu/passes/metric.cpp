#include "ops/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// body(T{}, i, p, t, weight): every row with its predictions, targets (null where there are none) and the
// weight of its column j.
template <class Body>
void for_each_row(const MetricInput& input, Body body) {
  dispatch(input.prediction.dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t cols = input.prediction.cols;
    const T* target = static_cast<const T*>(input.target);
    const T* weights = static_cast<const T*>(input.weights);
    for (int64_t i = 0; i < input.prediction.rows; ++i) {
      const auto weight = [&, step = input.weight_cols > 1 ? 1 : 0](int64_t j) {
        return weights ? double(weights[i * input.weight_cols + j * step]) : 1.0;
      };
      body(type, i, input.prediction.as<T>() + i * cols, target ? target + i * cols : nullptr, weight);
    }
  });
}

void equal_matches(const Context&, const MetricInput& input, const TensorView& matches) {
  const int64_t cols = input.prediction.cols;
  for_each_row(input, [&](auto type, int64_t i, const auto* p, const auto* t, const auto&) {
    using T = decltype(type);
    int64_t equal = 0;
    for (int64_t j = 0; j < cols; ++j) equal += p[j] == t[j];
    matches.as<T>()[i] = static_cast<T>(equal) / static_cast<T>(cols);
  });
}

void top_k_matches(const Context&, const MetricInput& input, const void* labels, int64_t k,
                   const TensorView& matches) {
  const int64_t cols = input.prediction.cols;
  for_each_row(input, [&](auto type, int64_t i, const auto* p, const auto* t, const auto&) {
    using T = decltype(type);
    const int64_t label = labels ? static_cast<const int32_t*>(labels)[i] : std::max_element(t, t + cols) - t;
    int64_t larger = 0;
    if (label >= 0 && label < cols) {
      for (int64_t j = 0; j < cols; ++j) larger += p[j] > p[label];
    }
    matches.as<T>()[i] = T(label >= 0 && label < cols && std::isfinite(p[label]) && larger < k ? 1 : 0);
  });
}

// The place in the order "larger first, then leftmost" where the k largest of a row end.
template <class T>
struct Cut {
  Cut(const T* p, int64_t cols, int64_t k) {
    for (int64_t found = 0; found < std::min(k, cols); ++found) {
      int64_t best = -1;
      for (int64_t j = 0; j < cols; ++j) {
        const bool after = last < 0 || p[j] < value || (p[j] == value && j > last);
        if (after && (best < 0 || p[j] > p[best])) best = j;
      }
      if (best < 0) break;
      last = best;
      value = p[best];
    }
  }
  bool holds(T p, int64_t j) const { return p > value || (p == value && j <= last); }

  T value = std::numeric_limits<T>::infinity();
  int64_t last = -1;
};

// How many thresholds lie below the prediction.
template <class T>
int64_t thresholds_below(T p, const ThresholdArguments& arguments) {
  const auto count = static_cast<int64_t>(arguments.thresholds.size());
  if (std::isnan(p)) p = T(0);
  if (!arguments.even) {
    return std::lower_bound(arguments.thresholds.begin(), arguments.thresholds.end(), p,
                            [](double threshold, T value) { return static_cast<T>(threshold) < value; }) -
           arguments.thresholds.begin();
  }
  const T inside = p > T(0) ? std::min(p, T(1)) : T(0);  // nan counts as 0
  const T bucket = std::ceil(inside * static_cast<T>(count - 1)) - T(1);
  // Keras's ends of AUC lie just outside [0, 1], so that a prediction of 0 is above the first.
  const T lowest = arguments.thresholds.front() < 0 ? T(0) : T(-1);
  return static_cast<int64_t>(std::max(bucket, lowest)) + 1;
}

void threshold_histograms(const Context&, const MetricInput& input, const ThresholdArguments& arguments,
                          double* histograms) {
  const int64_t cols = input.prediction.cols, bins = static_cast<int64_t>(arguments.thresholds.size()) + 1;
  const int64_t first = arguments.class_id < 0 ? 0 : arguments.class_id;
  const int64_t end = arguments.class_id < 0 ? cols : first + 1;
  for_each_row(input, [&](auto type, int64_t, const auto* p, const auto* t, const auto& weight_of) {
    using T = decltype(type);
    const bool limited = arguments.top_k > 0 && arguments.top_k < cols;
    const Cut<T> cut(p, cols, limited ? arguments.top_k : 0);
    for (int64_t j = first; j < end; ++j) {
      const T value = arguments.from_logits ? T(1) / (T(1) + std::exp(-p[j])) : p[j];
      const bool possible = !limited || cut.holds(p[j], j);
      const int64_t bin = possible ? thresholds_below<T>(value, arguments) : 0;
      const double label_weight =
          arguments.label_weights.empty() ? 1 : arguments.label_weights[static_cast<size_t>(j)];
      const double weight = weight_of(j) * label_weight;
      const double positive = t[j] != T(0) ? 1 : 0;
      double* histogram = histograms + (arguments.by_label ? j * 2 * bins : 0) + bin;
      histogram[0] += weight * positive;
      histogram[bins] += weight * (1 - positive);
    }
  });
}

void class_counts(const Context&, const MetricInput& input, const double* threshold, double* counts) {
  const int64_t cols = input.prediction.cols;
  for_each_row(input, [&](auto type, int64_t, const auto* p, const auto* t, const auto& weight_of) {
    using T = decltype(type);
    T largest = p[0];
    for (int64_t j = 1; j < cols; ++j) largest = p[j] > largest || std::isnan(p[j]) ? p[j] : largest;
    for (int64_t j = 0; j < cols; ++j) {
      const bool claimed =
          threshold ? p[j] > static_cast<T>(*threshold) : p[j] >= largest && std::abs(p[j]) > T(1e-9);
      const double target = double(t[j]), weight = weight_of(j);
      counts[j] += claimed ? weight * target : 0;
      counts[cols + j] += claimed ? weight * (1 - target) : 0;
      counts[2 * cols + j] += claimed ? 0 : weight * target;
      counts[3 * cols + j] += weight * target;
    }
  });
}

void column_sums(const Context&, const MetricInput& input, double* sums) {
  const int64_t cols = input.prediction.cols;
  for_each_row(input, [&](auto, int64_t, const auto* p, const auto* t, const auto& weight_of) {
    for (int64_t j = 0; j < cols; ++j) {
      const double target = double(t[j]), error = target - double(p[j]), weight = weight_of(j);
      sums[j] += weight * target;
      sums[cols + j] += weight * target * target;
      sums[2 * cols + j] += weight * error * error;
      sums[3 * cols + j] += weight;
    }
  });
}

}  // namespace

const MetricOps metric_ops{equal_matches, top_k_matches, threshold_histograms, class_counts, column_sums};

}  // namespace lamella::cpu
