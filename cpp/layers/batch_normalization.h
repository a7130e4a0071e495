// Batch normalisation over the last axis (Ioffe & Szegedy 2015, arXiv 1502.03167).
#pragma once
#include "layers/fusable.h"

namespace lamella::layers {

// Variables: gamma or null, beta or null, moving_mean, moving_variance. Attributes: momentum, epsilon.
// A frozen layer normalises with its moving statistics and leaves them alone.
class BatchNormalization final : public Fusable<BatchNormalization> {
 public:
  explicit BatchNormalization(const Definition& definition);

  const char* op() const override { return "batch_normalization"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  void commit(const ops::Context& context, const void* saved) const override;
  double forward_flops() const override { return 7.0 * static_cast<double>(input_size()); }
  std::optional<Normalization> as_normalization() const override;

 private:
  // Saved: batch mean, batch variance, inverse standard deviation, scale: channels values each; then scratch.
  struct Saved {
    void *mean, *variance, *inv_std, *scale, *scratch;
  };
  Saved saved(void* data) const;

  double momentum_;
  double epsilon_;
};

}  // namespace lamella::layers
