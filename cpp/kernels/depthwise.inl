// Depthwise convolution of a run of pixels: each channel with taps of its own.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// body(x offset, kernel offset) for the taps of a run.
template <class T, class Body>
LAMELLA_INLINE void for_each_depthwise_tap(const DepthwiseRun<T>& p, Body body) {
  for (int64_t d = 0; d < p.taps[0]; ++d)
    for (int64_t h = 0; h < p.taps[1]; ++h)
      for (int64_t w = 0; w < p.taps[2]; ++w)
        body(d * p.x_tap[0] + h * p.x_tap[1] + w * p.x_tap[2],
             d * p.kernel_tap[0] + h * p.kernel_tap[1] + w * p.kernel_tap[2]);
}

// P pixels at a time share the loads of the kernel.
template <int P, class T, class Span>
LAMELLA_INLINE void depthwise_pixels(const DepthwiseRun<T>& p, int64_t pixel, int64_t c, Span span) {
  Vec<T> sum[P];
  const Vec<T> bias = p.bias ? load(p.bias + c, span) : Vec<T>{};
  for (int i = 0; i < P; ++i) sum[i] = bias;
  const T* x = p.x + pixel * p.x_step + c;
  for_each_depthwise_tap<T>(p, [&](int64_t x_at, int64_t kernel_at) LAMELLA_INLINE_BODY {
    const Vec<T> factor = load(p.kernel + kernel_at + c, span);
    for (int i = 0; i < P; ++i) sum[i] = mul_add(load(x + x_at + i * p.x_step, span), factor, sum[i]);
  });
  for (int i = 0; i < P; ++i) store(p.y + (pixel + i) * p.y_step + c, sum[i], span);
}

template <class T>
void depthwise(const DepthwiseRun<T>& p) {
  constexpr int kPixels = 8;
  for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    int64_t pixel = 0;
    for (; pixel + kPixels <= p.pixels; pixel += kPixels) depthwise_pixels<kPixels>(p, pixel, c, span);
    for (; pixel < p.pixels; ++pixel) depthwise_pixels<1>(p, pixel, c, span);
  });
}

template <class T>
void depthwise_kernel_gradient(const DepthwiseRun<T>& p, T* gradient) {
  for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    for_each_depthwise_tap<T>(p, [&](int64_t x_at, int64_t kernel_at) LAMELLA_INLINE_BODY {
      const T* x = p.x + x_at + c;
      const T* dy = p.y + c;
      Vec<T> even{}, odd{};
      int64_t i = 0;
      for (; i + 2 <= p.pixels; i += 2) {
        even = mul_add(load(x + i * p.x_step, span), load(dy + i * p.y_step, span), even);
        odd = mul_add(load(x + (i + 1) * p.x_step, span), load(dy + (i + 1) * p.y_step, span), odd);
      }
      if (i < p.pixels) even = mul_add(load(x + i * p.x_step, span), load(dy + i * p.y_step, span), even);
      T* to = gradient + kernel_at + c;
      store(to, load(to, span) + (even + odd), span);
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
