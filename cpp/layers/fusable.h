// Layers that can absorb the op that follows: an element-wise activation and, at inference, a normalisation.
#pragma once
#include <optional>

#include "layers/folded_kernel.h"
#include "layers/layer.h"

namespace lamella::layers {

// Derived is the layer itself, which is copied.
template <class Derived>
class Fusable : public Layer {
 public:
  LayerPtr with_activation(Activation activation, double alpha) const final {
    if (has_activation()) return nullptr;
    auto fused = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    Fusable& settings = *fused;
    settings.activation_ = activation;
    settings.alpha_ = alpha;
    return fused;
  }

 protected:
  using Layer::Layer;

  bool has_activation() const { return activation_ != Activation::linear; }
  Activation activation() const { return activation_; }
  double alpha() const { return alpha_; }

  // Of a convolution: the gradient of what its activation was given, over that of its output, and the
  // gradient of the bias, which is variable 1.
  TensorView backward_to_sums(const BackwardPass& pass) const {
    const TensorView dy = this->output_view(pass.output_gradients[0], pass.state);
    pass.context.ops.conv.output_gradient(
        pass.context, {.y = this->output_view(pass.outputs[0], pass.state),
                       .dy = dy,
                       .activation = activation_,
                       .alpha = alpha_,
                       .bias_gradient = this->variable_view(1, pass.variable_gradients[1]),
                       .scratch = pass.scratch});
    return dy;
  }

 private:
  Activation activation_ = Activation::linear;
  double alpha_ = 0;
};

// Of a layer with a kernel and a bias as its variables. A folded kernel and bias lie in front of the packed
// one.
template <class Derived>
class Foldable : public Fusable<Derived> {
 public:
  LayerPtr with_normalization(const Normalization& normalization) const final {
    if (this->has_activation() || folded_) return nullptr;
    auto fused = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    Foldable& settings = *fused;
    settings.folded_.emplace(normalization, this->variables()[0], this->variables()[1]);
    settings.depend_on(settings.folded_->variables());
    return fused;
  }

 protected:
  using Fusable<Derived>::Fusable;

  int64_t folded_bytes() const { return folded_ ? folded_->bytes() : 0; }
  void refresh_folded(const ops::Context& context, void* packed) const {
    if (folded_) folded_->refresh(context, packed);
  }
  // What the layer computes with, and where its packed kernel begins.
  TensorView kernel(const void* packed) const {
    return folded_ ? folded_->kernel(packed) : this->variable_view(0);
  }
  TensorView bias(const void* packed) const {
    return folded_ ? folded_->bias(packed) : this->variable_view(1);
  }
  void* behind_folded(void* packed) const { return static_cast<char*>(packed) + folded_bytes(); }
  const void* behind_folded(const void* packed) const {
    return static_cast<const char*>(packed) + folded_bytes();
  }

 private:
  std::optional<FoldedKernel> folded_;
};

}  // namespace lamella::layers
