// Element-wise activations, as contracts and kernels call them.
#pragma once
#include <cstdint>

namespace lamella {

// Softmax works on rows and is an op of its own.
enum class Activation : int32_t {
#define LAMELLA_ACTIVATION(name) name,
#include "base/activations.inc"
#undef LAMELLA_ACTIVATION
};

// The numbers an activation may have, see activations.inc.
template <class T>
struct ActivationParameters {
  T a = 0, threshold = 0, low = 0, high = 0;
};

// True where the derivative is computed from the output y; the others need the input x.
constexpr bool gradient_from_output(Activation kind) {
  switch (kind) {
    case Activation::linear:
    case Activation::relu:
    case Activation::leaky_relu:
    case Activation::elu:
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::celu:
    case Activation::exponential:
    case Activation::hard_shrink:
    case Activation::hard_sigmoid:
    case Activation::selu:
    case Activation::soft_shrink:
      return true;
    default:
      return false;
  }
}

}  // namespace lamella
