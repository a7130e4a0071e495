// Random changes to pictures: where their pixels lie, how bright they are, how strong their contrast.
#pragma once
#include <array>

#include "base/random.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// Sizes of pictures [height, width, channels] before and after.
struct PictureSizes {
  int64_t height, width, new_height, new_width, channels;
};

// What lies beyond the edges: (b a | a b c | c b), (b c | a b c | a b), (a a | a b c | c c) or a constant.
enum class Fill { reflect, wrap, nearest, constant };

struct Between {
  double low = 0, high = 0;
};

// What is drawn for each picture, uniformly. A picture is flipped with probability 1/2; shifts are shares of
// its size, downwards and to the right; the angle is in radians, counterclockwise; zooms are what a step
// between neighbouring pixels becomes. Smaller pictures are cut out anywhere.
struct PictureTransform {
  bool flip_vertical = false, flip_horizontal = false;
  Between shift_height, shift_width, angle;
  Between zoom_height{1, 1}, zoom_width{1, 1};
  bool same_zoom = false;
  Fill fill = Fill::reflect;
  double fill_value = 0;
  bool interpolate = true;  // between the four nearest pixels; else the nearest one
};

// y = clip((x - m) contrast + m + brightness, low, high) with the mean m of each channel of a picture.
struct PictureColor {
  Between brightness, contrast{1, 1};
  double low = 0, high = 0;
};

struct AugmentOps {
  // The numbers of picture i are a function of key and i alone. Where `random` is false nothing is changed,
  // but for smaller pictures, which are cut out of the middle.
  void (*transform)(const Context&, bool random, PhiloxKey key, const PictureTransform&, const PictureSizes&,
                    const TensorView& x, const TensorView& y);
  void (*transform_backward)(const Context&, bool random, PhiloxKey key, const PictureTransform&,
                             const PictureSizes&, const TensorView& dy, const TensorView& dx);
  void (*color)(const Context&, PhiloxKey key, const PictureColor&, const PictureSizes&, const TensorView& x,
                const TensorView& y);
  // dx may be dy.
  void (*color_backward)(const Context&, PhiloxKey key, const PictureColor&, const PictureSizes&,
                         const TensorView& x, const TensorView& dy, const TensorView& dx);
};

}  // namespace lamella::ops
