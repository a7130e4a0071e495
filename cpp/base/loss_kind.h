// Losses by row, as contracts and kernels call them.
#pragma once
#include <cstdint>

namespace lamella {

enum class LossKind : int32_t {
  squared_error,
  absolute_error,
  binary_cross_entropy,          // from probabilities
  sigmoid_cross_entropy,         // from logits
  cross_entropy,                 // from probabilities, against distributions
  cross_entropy_sparse,          // from probabilities, against class indices
  softmax_cross_entropy,         // from logits
  softmax_cross_entropy_sparse,  // from logits
  // Those from here on are dispatched by kind within a kernel: pointwise ones, then those of classes.
  absolute_percentage_error,
  squared_logarithmic_error,
  huber,
  log_cosh,
  poisson,
  hinge,
  squared_hinge,
  binary_focal,
  kl_divergence,
  cosine_similarity,
  categorical_hinge,
  categorical_focal,
  generalized_cross_entropy,  // against class indices
};

}  // namespace lamella
