// Reshape and Flatten: the same memory under another shape.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: shape, the row shape wanted.
class Reshape final : public Layer {
 public:
  explicit Reshape(const Definition& definition);

  const char* op() const override { return "reshape"; }
  Needs needs(const ops::Context&, int64_t, bool) const override { return {}; }
  bool is_view() const override { return true; }
  bool cuts_by_rows() const override { return true; }
  void forward(const ForwardPass&) const override {}
  void backward(const BackwardPass&) const override {}
};

}  // namespace lamella::layers
