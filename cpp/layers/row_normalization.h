// Normalisation of the last axis, row by row: layer, root mean square and unit normalisation, and group
// normalisation where the axis before it counts groups.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Variables: gamma, beta, of as many numbers as the groups' rows have channels together, or absent.
// Attributes: centred, unit, epsilon; groups; segments, how often a group's channels repeat in a row of it:
// see ops::RowNormSettings.
class RowNormalization final : public Layer {
 public:
  explicit RowNormalization(const Definition& definition);

  const char* op() const override { return "row_normalization"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override { return 7.0 * static_cast<double>(input_size()); }

 private:
  // Means of rows, then inverses.
  int64_t statistics_bytes(int64_t rows) const;

  ops::RowNormSettings settings_;
};

}  // namespace lamella::layers
