// Counts and sums that metrics keep, over [rows, cols] predictions and targets; in double, in a fixed order.
// weights are one a row or one an element, or null for 1.
#pragma once
#include <span>

#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct MetricInput {
  TensorView prediction;
  const void* target;  // [rows, cols] of the prediction's type
  const void* weights;
  int64_t weight_cols;  // 1 or cols
};

struct ThresholdArguments {
  std::span<const double> thresholds;     // ascending
  bool even;                              // they are i / (n - 1): buckets by Keras's formula
  int64_t top_k;                          // 0: all; else only the k largest of a row can be positive
  int64_t class_id;                       // -1: all; else only this column counts
  bool by_label;                          // a pair of histograms for every column
  std::span<const double> label_weights;  // by column, or empty
  bool from_logits;
};

struct MetricOps {
  // matches[i] = share of the columns where prediction equals target.
  void (*equal_matches)(const Context&, const MetricInput&, const TensorView& matches);
  // matches[i] = 1 where fewer than k predictions are larger than that of the label, or of the largest
  // target.
  void (*top_k_matches)(const Context&, const MetricInput&, const void* labels, int64_t k,
                        const TensorView& matches);
  // Adds weights to histograms[label][positive or negative target][number of thresholds below the
  // prediction]. A target is positive unless it is 0; not-a-number counts as 0.
  void (*threshold_histograms)(const Context&, const MetricInput&, const ThresholdArguments&,
                               double* histograms);
  // Adds to true positives, false positives, false negatives and targets of every column, [4][cols]; without
  // a threshold the largest prediction of a row is positive.
  void (*class_counts)(const Context&, const MetricInput&, const double* threshold, double* counts);
  // Adds to sum of t, of t^2, of (t - p)^2 and of weights of every column, [4][cols].
  void (*column_sums)(const Context&, const MetricInput&, double* sums);
};

}  // namespace lamella::ops
