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
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }
  double forward_flops() const override { return 2.0 * static_cast<double>(input_size()); }

 private:
  // One value a channel, in the compute type.
  Block constants(const Definition& definition, const char* key) const;

  Block scale_, offset_;
};

}  // namespace lamella::layers
