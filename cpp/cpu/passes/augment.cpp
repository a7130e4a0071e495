#include "ops/augment.h"

#include <algorithm>
#include <cmath>
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Numbers in [0, 1) drawn for one picture.
class Draws {
 public:
  Draws(const Context& context, PhiloxKey key, int64_t picture) {
    kernels_of(context).table<float>().philox_words(key, picture * kCount, kCount, words_);
  }
  double next() { return words_[at_++] * 0x1p-32; }
  double next(const Between& range) { return range.low + (range.high - range.low) * next(); }

 private:
  static constexpr int64_t kCount = 12;
  uint32_t words_[kCount];
  int at_ = 0;
};

// Where a pixel of the new picture lies in the old one: row = rows[0] i + rows[1] j + rows[2], alike the
// column.
struct Mapping {
  double rows[3], columns[3];
};

Mapping draw_mapping(const Context& context, bool random, PhiloxKey key, const PictureTransform& p,
                     const PictureSizes& s, int64_t picture) {
  const int64_t spare_rows = s.height - s.new_height, spare_columns = s.width - s.new_width;
  Mapping m{{1, 0, double(spare_rows / 2)}, {0, 1, double(spare_columns / 2)}};
  if (!random) return m;
  Draws draws(context, key, picture);
  const bool flip_rows = draws.next() < 0.5 && p.flip_vertical;
  const bool flip_columns = draws.next() < 0.5 && p.flip_horizontal;
  const double shift_rows = draws.next(p.shift_height) * double(s.height);
  const double shift_columns = draws.next(p.shift_width) * double(s.width);
  const double angle = draws.next(p.angle);
  const double zoom_rows = draws.next(p.zoom_height), own_zoom = draws.next(p.zoom_width);
  const double zoom_columns = p.same_zoom ? zoom_rows : own_zoom;
  m.rows[2] = std::floor(draws.next() * double(spare_rows + 1));
  m.columns[2] = std::floor(draws.next() * double(spare_columns + 1));
  if (flip_rows) m.rows[0] = -1, m.rows[2] += double(s.new_height - 1);
  if (flip_columns) m.columns[1] = -1, m.columns[2] += double(s.new_width - 1);
  if (angle == 0 && zoom_rows == 1 && zoom_columns == 1) {
    m.rows[2] -= shift_rows;
    m.columns[2] -= shift_columns;
    return m;
  }
  // About the middle: stretched, then turned.
  const double middle_row = 0.5 * double(s.height - 1), middle_column = 0.5 * double(s.width - 1);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  Mapping turned{};
  for (int k = 0; k < 3; ++k) {
    const double row = zoom_rows * (m.rows[k] - (k == 2 ? middle_row : 0));
    const double column = zoom_columns * (m.columns[k] - (k == 2 ? middle_column : 0));
    turned.rows[k] = sine * column + cosine * row + (k == 2 ? middle_row - shift_rows : 0);
    turned.columns[k] = cosine * column - sine * row + (k == 2 ? middle_column - shift_columns : 0);
  }
  return turned;
}

// The pixel that stands at a place beyond the edges; -1 for a constant.
int64_t place(Fill fill, int64_t i, int64_t size) {
  if (0 <= i && i < size) return i;
  if (fill == Fill::constant) return -1;
  if (fill == Fill::nearest) return std::clamp<int64_t>(i, 0, size - 1);
  const int64_t period = fill == Fill::wrap ? size : 2 * size;
  const int64_t in_period = (i % period + period) % period;
  return in_period < size ? in_period : period - 1 - in_period;
}

// body(row, column, weight) for the pixels that one is made of; row -1 or column -1: the constant.
template <class Body>
void for_each_source(const PictureTransform& p, const PictureSizes& s, double row, double column, Body body) {
  if (!p.interpolate) {
    body(place(p.fill, static_cast<int64_t>(std::llround(row)), s.height),
         place(p.fill, static_cast<int64_t>(std::llround(column)), s.width), 1.0);
    return;
  }
  const double top = std::floor(row), left = std::floor(column);
  const double row_weight[2] = {1 - (row - top), row - top};
  const double column_weight[2] = {1 - (column - left), column - left};
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 2; ++j) {
      const double weight = row_weight[i] * column_weight[j];
      if (weight == 0) continue;
      body(place(p.fill, static_cast<int64_t>(top) + i, s.height),
           place(p.fill, static_cast<int64_t>(left) + j, s.width), weight);
    }
}

// body(first picture, pictures, T{}) over pictures of so many elements.
template <class Body>
void over_pictures(const Context& context, DType dtype, int64_t pictures, int64_t size, Body body) {
  constexpr int64_t kWork = 8;  // simple operations that an element takes
  dispatch(dtype, [&](auto t) {
    context.device.threads.parallel_for(pictures, rows_per_chunk(size * kWork),
                                        [&](int64_t begin, int64_t end) {
                                          for (int64_t picture = begin; picture < end; ++picture)
                                            body(picture, t);
                                        });
  });
}

// body(element of the new picture, element of the old one or -1, weight) at channel 0 of all pixels.
template <class Body>
void for_each_term(const Mapping& m, const PictureTransform& p, const PictureSizes& s, Body body) {
  for (int64_t i = 0; i < s.new_height; ++i)
    for (int64_t j = 0; j < s.new_width; ++j) {
      const int64_t to = (i * s.new_width + j) * s.channels;
      const double row = m.rows[0] * double(i) + m.rows[1] * double(j) + m.rows[2];
      const double column = m.columns[0] * double(i) + m.columns[1] * double(j) + m.columns[2];
      for_each_source(p, s, row, column, [&](int64_t from_row, int64_t from_column, double weight) {
        const bool outside = from_row < 0 || from_column < 0;
        body(to, outside ? -1 : (from_row * s.width + from_column) * s.channels, weight);
      });
    }
}

void transform(const Context& context, bool random, PhiloxKey key, const PictureTransform& p,
               const PictureSizes& s, const TensorView& x, const TensorView& y) {
  const int64_t size = s.height * s.width * s.channels, new_size = s.new_height * s.new_width * s.channels;
  over_pictures(context, x.dtype, x.size() / size, new_size, [&](int64_t picture, auto t) {
    using T = decltype(t);
    const T* from = x.as<T>() + picture * size;
    T* to = y.as<T>() + picture * new_size;
    std::fill_n(to, new_size, T(0));
    const Mapping m = draw_mapping(context, random, key, p, s, picture);
    for_each_term(m, p, s, [&](int64_t at, int64_t source, double weight) {
      for (int64_t c = 0; c < s.channels; ++c)
        to[at + c] += static_cast<T>(weight) * (source < 0 ? static_cast<T>(p.fill_value) : from[source + c]);
    });
  });
}

void transform_backward(const Context& context, bool random, PhiloxKey key, const PictureTransform& p,
                        const PictureSizes& s, const TensorView& dy, const TensorView& dx) {
  const int64_t size = s.height * s.width * s.channels, new_size = s.new_height * s.new_width * s.channels;
  over_pictures(context, dx.dtype, dx.size() / size, new_size, [&](int64_t picture, auto t) {
    using T = decltype(t);
    const T* from = dy.as<T>() + picture * new_size;
    T* to = dx.as<T>() + picture * size;
    std::fill_n(to, size, T(0));
    const Mapping m = draw_mapping(context, random, key, p, s, picture);
    for_each_term(m, p, s, [&](int64_t at, int64_t source, double weight) {
      if (source < 0) return;
      for (int64_t c = 0; c < s.channels; ++c) to[source + c] += static_cast<T>(weight) * from[at + c];
    });
  });
}

// What was drawn for one picture.
template <class T>
struct Color {
  T brightness, contrast;
};

template <class T>
Color<T> draw_color(const Context& context, PhiloxKey key, const PictureColor& p, int64_t picture) {
  Draws draws(context, key, picture);
  const double brightness = draws.next(p.brightness);
  return {static_cast<T>(brightness), static_cast<T>(draws.next(p.contrast))};
}

template <class T>
T mean_of_channel(const T* x, int64_t pixels, int64_t channels) {
  double sum = 0;
  for (int64_t i = 0; i < pixels; ++i) sum += double(x[i * channels]);
  return static_cast<T>(sum / double(pixels));
}

void color(const Context& context, PhiloxKey key, const PictureColor& p, const PictureSizes& s,
           const TensorView& x, const TensorView& y) {
  const int64_t pixels = s.height * s.width, size = pixels * s.channels;
  over_pictures(context, x.dtype, x.size() / size, size, [&](int64_t picture, auto t) {
    using T = decltype(t);
    const auto drawn = draw_color<T>(context, key, p, picture);
    for (int64_t c = 0; c < s.channels; ++c) {
      const T* from = x.as<T>() + picture * size + c;
      T* to = y.as<T>() + picture * size + c;
      const T mean = drawn.contrast == 1 ? T(0) : mean_of_channel(from, pixels, s.channels);
      for (int64_t i = 0; i < size; i += s.channels)
        to[i] = std::clamp((from[i] - mean) * drawn.contrast + mean + drawn.brightness, static_cast<T>(p.low),
                           static_cast<T>(p.high));
    }
  });
}

void color_backward(const Context& context, PhiloxKey key, const PictureColor& p, const PictureSizes& s,
                    const TensorView& x, const TensorView& dy, const TensorView& dx) {
  const int64_t pixels = s.height * s.width, size = pixels * s.channels;
  over_pictures(context, dx.dtype, dx.size() / size, size, [&](int64_t picture, auto t) {
    using T = decltype(t);
    const auto drawn = draw_color<T>(context, key, p, picture);
    for (int64_t c = 0; c < s.channels; ++c) {
      const T* from = x.as<T>() + picture * size + c;
      const T* gradient = dy.as<T>() + picture * size + c;
      T* to = dx.as<T>() + picture * size + c;
      const T mean = drawn.contrast == 1 ? T(0) : mean_of_channel(from, pixels, s.channels);
      for (int64_t i = 0; i < size; i += s.channels) {
        const T z = (from[i] - mean) * drawn.contrast + mean + drawn.brightness;
        to[i] = static_cast<T>(p.low) < z && z < static_cast<T>(p.high) ? gradient[i] : T(0);
      }
      const T through_mean =
          drawn.contrast == 1 ? T(0) : (1 - drawn.contrast) * mean_of_channel(to, pixels, s.channels);
      for (int64_t i = 0; i < size; i += s.channels) to[i] = drawn.contrast * to[i] + through_mean;
    }
  });
}

}  // namespace

const AugmentOps augment_ops{transform, transform_backward, color, color_backward};

}  // namespace lamella::cpu
