// Random changes to pictures, where the step augments.
#pragma once
#include "layers/dropout.h"
#include "ops/augment.h"

namespace lamella::layers {

// Attributes, which may all be left out but seed: height and width of the output; flip_vertical,
// flip_horizontal, same_zoom (1 where so); shift_height, shift_width, angle, zoom_height, zoom_width (low and
// high); fill, fill_value, interpolate: see ops::PictureTransform.
class RandomTransform final : public RandomLayer {
 public:
  explicit RandomTransform(const Definition& definition);

  const char* op() const override { return "random_transform"; }
  Needs needs(const ops::Context&, int64_t, bool) const override { return {}; }
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  ops::PictureSizes sizes_;
  ops::PictureTransform transform_;
};

// Attributes: brightness, contrast, range (low and high each): see ops::PictureColor.
class RandomColor final : public RandomLayer {
 public:
  explicit RandomColor(const Definition& definition);

  const char* op() const override { return "random_color"; }
  Needs needs(const ops::Context&, int64_t, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  ops::PictureSizes sizes_;
  ops::PictureColor color_;
};

}  // namespace lamella::layers
