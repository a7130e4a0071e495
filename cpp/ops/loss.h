// Losses by row: value and gradient in one pass. prediction is [rows, cols]; a row is one sample at one
// position.
#pragma once
#include <optional>

#include "base/loss_kind.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// A loss by its Keras name: the kind computed from what the model returns, and the one from logits.
struct NamedLoss {
  const char* name;
  LossKind kind, from_logits;
};

inline constexpr NamedLoss kNamedLosses[] = {
    {"mean_squared_error", LossKind::squared_error, LossKind::squared_error},
    {"mean_absolute_error", LossKind::absolute_error, LossKind::absolute_error},
    {"binary_crossentropy", LossKind::binary_cross_entropy, LossKind::sigmoid_cross_entropy},
    {"categorical_crossentropy", LossKind::cross_entropy, LossKind::softmax_cross_entropy},
    {"sparse_categorical_crossentropy", LossKind::cross_entropy_sparse,
     LossKind::softmax_cross_entropy_sparse},
    {"mean_absolute_percentage_error", LossKind::absolute_percentage_error,
     LossKind::absolute_percentage_error},
    {"mean_squared_logarithmic_error", LossKind::squared_logarithmic_error,
     LossKind::squared_logarithmic_error},
    {"huber", LossKind::huber, LossKind::huber},
    {"log_cosh", LossKind::log_cosh, LossKind::log_cosh},
    {"poisson", LossKind::poisson, LossKind::poisson},
    {"hinge", LossKind::hinge, LossKind::hinge},
    {"squared_hinge", LossKind::squared_hinge, LossKind::squared_hinge},
    {"binary_focal_crossentropy", LossKind::binary_focal, LossKind::binary_focal},
    {"kl_divergence", LossKind::kl_divergence, LossKind::kl_divergence},
    {"cosine_similarity", LossKind::cosine_similarity, LossKind::cosine_similarity},
    {"categorical_hinge", LossKind::categorical_hinge, LossKind::categorical_hinge},
    {"categorical_focal_crossentropy", LossKind::categorical_focal, LossKind::categorical_focal},
    {"categorical_generalized_cross_entropy", LossKind::generalized_cross_entropy,
     LossKind::generalized_cross_entropy},
};

// True where a loss compares class indices, not values.
constexpr bool takes_labels(LossKind kind) {
  return kind == LossKind::cross_entropy_sparse || kind == LossKind::softmax_cross_entropy_sparse ||
         kind == LossKind::generalized_cross_entropy;
}

// What single losses can be told.
struct LossOptions {
  double delta = 1;                // Huber's delta, the q of generalized cross-entropy
  double alpha = 0.25, gamma = 2;  // focal losses
  bool balanced = false;           // binary focal loss
  bool from_logits = false;        // focal losses, whose kind is the same from logits
};

struct LossArguments {
  LossKind kind;
  TensorView prediction;
  const void* target;   // [rows, cols] of the prediction's type
  const void* labels;   // [rows] of int32, for the sparse kinds
  const void* weights;  // [rows] or null; weigh the gradient, not the row losses
  double smoothing;
  double scale;              // of the gradient
  TensorView row_loss;       // [rows, 1]
  TensorView probabilities;  // from logits only: receives softmax or sigmoid; may be absent
  TensorView gradient;       // [rows, cols]; may be absent
  LossOptions options = {};
  std::optional<int64_t> ignored_class = {};  // rows of this label have loss 0 and gradient 0
};

// Sums over all elements, in double and in a fixed order.
struct Overlap {
  double both, target, prediction;  // of target * prediction, target, prediction
};

struct LossOps {
  void (*evaluate)(const Context&, const LossArguments&);
  // Sum of values * weights (weights may be null), in a fixed order, in double.
  double (*weighted_sum)(const Context&, const TensorView& values, const void* weights);
  // Sum of the weights (1 each where they are null) of the rows that are not of the ignored class, likewise.
  double (*weight_of_rows)(const Context&, const TensorView& prediction, const void* weights,
                           const void* labels, std::optional<int64_t> ignored_class);
  Overlap (*overlap)(const Context&, const TensorView& prediction, const void* target);
  // gradient = target * slope + offset.
  void (*overlap_gradient)(const Context&, const void* target, double slope, double offset,
                           const TensorView& gradient);
  // matches[i] = 1 where the prediction is right, else 0.
  void (*binary_matches)(const Context&, const TensorView& prediction, const void* target, double threshold,
                         const TensorView& matches);  // mean over the row
  void (*categorical_matches)(const Context&, const TensorView& prediction, const void* target,
                              const TensorView& matches);
  void (*sparse_matches)(const Context&, const TensorView& prediction, const void* labels,
                         const TensorView& matches);
};

}  // namespace lamella::ops
