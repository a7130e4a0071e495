// Dense: y = activation(x kernel + bias) on the last axis of any rank.
#pragma once
#include "layers/fusable.h"

namespace lamella::layers {

// Variables: kernel (in, units), bias (units) or null.
class Dense final : public Foldable<Dense> {
 public:
  explicit Dense(const Definition& definition);

  const char* op() const override { return "dense"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void pack(const ops::Context& context, void* packed) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }
  void backward_variables(const BackwardPass& pass, int64_t share, int64_t count) const override;
  double forward_flops() const override;
  double backward_flops() const override { return 2 * forward_flops(); }

 private:
  ops::DenseBackward backward_arguments(const BackwardPass& pass) const;
  int64_t units() const { return output_shape().back(); }
};

}  // namespace lamella::layers
