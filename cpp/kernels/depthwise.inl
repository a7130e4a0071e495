// Depthwise convolution of a run of pixels: each channel with taps of its own.
#pragma once
#include "kernels/gemm.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// The taps of a run, as lists of where they lie in x and in the kernel: kMostTaps of them at a time.
struct DepthwiseTaps {
  static constexpr int64_t kMostTaps = 32;
  int64_t count = 0;
  int64_t x[kMostTaps], kernel[kMostTaps];
};

// body(taps, whether they are the first ones).
template <class T, class Body>
LAMELLA_INLINE void for_each_tap_list(const DepthwiseRun<T>& p, Body body) {
  DepthwiseTaps taps;
  bool first = true;
  const auto flush = [&]() LAMELLA_INLINE_BODY {
    body(taps, first);
    taps.count = 0;
    first = false;
  };
  for (int64_t d = 0; d < p.taps[0]; ++d)
    for (int64_t h = 0; h < p.taps[1]; ++h)
      for (int64_t w = 0; w < p.taps[2]; ++w) {
        if (taps.count == DepthwiseTaps::kMostTaps) flush();
        taps.x[taps.count] = d * p.x_tap[0] + h * p.x_tap[1] + w * p.x_tap[2];
        taps.kernel[taps.count++] = d * p.kernel_tap[0] + h * p.kernel_tap[1] + w * p.kernel_tap[2];
      }
  if (taps.count > 0 || first) flush();
}

// P pixels at a time share the loads of the kernel.
template <int P, class T, class Span>
LAMELLA_INLINE void depthwise_pixels(const DepthwiseRun<T>& p, const DepthwiseTaps& taps, bool first,
                                     int64_t pixel, int64_t c, Span span) {
  Vec<T> sum[P];
  T* y = p.y + pixel * p.y_step + c;
  if (first) {
    const Vec<T> bias = p.bias ? load(p.bias + c, span) : Vec<T>{};
    unrolled<P>([&](auto i) LAMELLA_INLINE_BODY { sum[i] = bias; });
  } else {
    unrolled<P>([&](auto i) LAMELLA_INLINE_BODY { sum[i] = load(y + i * p.y_step, span); });
  }
  const T* x = p.x + pixel * p.x_step + c;
  for (int64_t k = 0; k < taps.count; ++k) {
    const Vec<T> factor = load(p.kernel + taps.kernel[k] + c, span);
    const T* at = x + taps.x[k];
    unrolled<P>([&](auto i)
                    LAMELLA_INLINE_BODY { sum[i] = mul_add(load(at + i * p.x_step, span), factor, sum[i]); });
  }
  unrolled<P>([&](auto i) LAMELLA_INLINE_BODY { store(y + i * p.y_step, sum[i], span); });
}

// Pixels to come, in the rows of taps that the row of outputs before did not see: too many streams at once
// for the machine to foresee them.
template <class T>
LAMELLA_INLINE void prefetch_new_rows(const DepthwiseRun<T>& p, const DepthwiseTaps& taps, int64_t pixel,
                                      int64_t pixels) {
  constexpr int kLine = 64 / static_cast<int>(sizeof(T));
  if (taps.count == 0) return;  // all of the window lies outside of the picture
  const T* last = p.x + taps.x[taps.count - 1] + pixel * p.x_step;
  const int64_t stride = p.x_step / p.channels;
  for (int64_t row = 0; row < stride && row < p.taps[1]; ++row)
    for (int64_t i = 0; i < pixels * p.x_step; i += kLine) __builtin_prefetch(last - row * p.x_tap[1] + i);
}

// Some pixels with all their channels at a time: channel by channel down a row, lines far apart would push
// each other out of the cache.
template <class T>
void depthwise(const DepthwiseRun<T>& p) {
  constexpr int kPixels = 4;
  const auto all_channels = [&](const DepthwiseTaps& taps, bool first, int64_t pixel,
                                auto pixels) LAMELLA_INLINE_BODY {
    for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      depthwise_pixels<decltype(pixels)::value>(p, taps, first, pixel, c, span);
    });
  };
  for_each_tap_list<T>(p, [&](const DepthwiseTaps& taps, bool first) LAMELLA_INLINE_BODY {
    int64_t pixel = 0;
    for (; pixel + kPixels <= p.pixels; pixel += kPixels) {
      prefetch_new_rows(p, taps, pixel + 2 * kPixels, kPixels);
      all_channels(taps, first, pixel, Number<kPixels>{});
    }
    if (p.pixels - pixel == 3) all_channels(taps, first, pixel, Number<3>{});
    if (p.pixels - pixel == 2) all_channels(taps, first, pixel, Number<2>{});
    if (p.pixels - pixel == 1) all_channels(taps, first, pixel, Number<1>{});
  });
}

// The gradients of K taps over some pixels: each dy is loaded once for all of them.
template <int K, class T, class Span>
LAMELLA_INLINE void depthwise_gradients(const DepthwiseRun<T>& p, const DepthwiseTaps& taps, int64_t tap,
                                        int64_t pixel, int64_t pixels, int64_t c, Span span, T* gradient) {
  Vec<T> sum[K] = {};
  for (int64_t i = pixel; i < pixel + pixels; ++i) {
    const Vec<T> dy = load(p.y + i * p.y_step + c, span);
    const T* x = p.x + i * p.x_step + c;
    unrolled<K>([&](auto k)
                    LAMELLA_INLINE_BODY { sum[k] = mul_add(load(x + taps.x[tap + k], span), dy, sum[k]); });
  }
  unrolled<K>([&](auto k) LAMELLA_INLINE_BODY {
    T* to = gradient + taps.kernel[tap + k] + c;
    store(to, load(to, span) + sum[k], span);
  });
}

template <class T>
void depthwise_kernel_gradient(const DepthwiseRun<T>& p, T* gradient) {
  constexpr int64_t kPixels = 16;
  for_each_tap_list<T>(p, [&](const DepthwiseTaps& taps, bool) LAMELLA_INLINE_BODY {
    for (int64_t pixel = 0; pixel < p.pixels; pixel += kPixels) {
      const int64_t pixels = p.pixels - pixel < kPixels ? p.pixels - pixel : kPixels;
      prefetch_new_rows(p, taps, pixel + kPixels, kPixels);
      for (int64_t i = 0; i < kPixels * p.y_step; i += 64 / static_cast<int>(sizeof(T)))
        __builtin_prefetch(p.y + (pixel + kPixels) * p.y_step + i);
      for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
        int64_t tap = 0;
        for (; tap + 9 <= taps.count; tap += 9)
          depthwise_gradients<9>(p, taps, tap, pixel, pixels, c, span, gradient);
        for (; tap + 3 <= taps.count; tap += 3)
          depthwise_gradients<3>(p, taps, tap, pixel, pixels, c, span, gradient);
        for (; tap < taps.count; ++tap)
          depthwise_gradients<1>(p, taps, tap, pixel, pixels, c, span, gradient);
      });
    }
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
