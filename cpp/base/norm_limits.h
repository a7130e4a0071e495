// The range that a norm is brought into, at which rate.
#pragma once

namespace lamella {

// w *= (rate * clip(norm, low, high) + (1 - rate) * norm) / (norm + 1e-7): Keras's MinMaxNorm.
struct NormLimits {
  double low, high, rate;
};

}  // namespace lamella
