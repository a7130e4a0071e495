// Rescaling: y = x * scale + offset, constants per channel of the last axis or one for all.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: scale, offset: a number or a list over the last axis.
class Rescaling final : public Layer {
 public:
  explicit Rescaling(const Definition& definition);

  const char* op() const override { return "rescaling"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void pack(const ops::Context& context, void* packed) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }
  double forward_flops() const override { return 2.0 * static_cast<double>(input_size()); }

 private:
  // One number for each channel.
  std::vector<double> constants(const Definition& definition, const char* key) const;
  // Bytes of one row of constants: the scales are packed first, then the offsets.
  int64_t row_bytes() const { return input_cols() * size_of(dtype()); }

  std::vector<double> scale_, offset_;
};

}  // namespace lamella::layers
