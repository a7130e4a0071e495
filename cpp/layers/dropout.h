// Layers that are random in training and do nothing at inference: dropout, inverted and self-normalising, and
// noise.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: seed, negative to follow the model's.
class RandomLayer : public Layer {
 protected:
  RandomLayer(const Definition& definition, Shape output_shape);

  // The attribute rate.
  double rate_of(const Definition& definition) const;
  // The random numbers of this layer in this step.
  PhiloxKey key(const StepState& state) const;

 private:
  int64_t seed_;
  uint32_t id_;
};

// Attributes: rate; scale, shift and dropped: see DropoutValues<double>.
class Dropout final : public RandomLayer {
 public:
  explicit Dropout(const Definition& definition);

  const char* op() const override { return "dropout"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }

 private:
  int64_t first_element(const StepState& state) const;
  // Where a bit an element begins, of these rows.
  void* mask(const void* saved, const StepState& state) const;

  double rate_;
  DropoutValues<double> values_;
};

// Drops whole channels of a row (Tompson et al., arXiv 1411.4280). Attributes: rate.
class SpatialDropout final : public RandomLayer {
 public:
  explicit SpatialDropout(const Definition& definition);

  const char* op() const override { return "spatial_dropout"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  // Saved: the factor of each channel of each row, then the mask that made it.
  TensorView factors(const void* saved, const StepState& state) const;

  double rate_;
};

// Attributes: stddev; multiplied, 1 where the noise scales the input instead of being added to it.
class GaussianNoise final : public RandomLayer {
 public:
  explicit GaussianNoise(const Definition& definition);

  const char* op() const override { return "gaussian_noise"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  double stddev_;
  ops::Noise kind_;
};

}  // namespace lamella::layers
