// Pooling of a run of pixels, vectorised over their channels.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// body(at, j, span) for the vectors of channels of each pixel: x and dx begin at `at`, y and dy at j.
template <class T, class Body>
LAMELLA_INLINE void for_each_pixel_vector(const PoolRun<T>& p, Body body) {
  for (int64_t i = 0; i < p.pixels; ++i)
    for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      body(i * p.x_step + c, i * p.channels + c, span);
    });
}

template <class T, class Body>
LAMELLA_INLINE void for_each_tap(const PoolRun<T>& p, Body body) {
  for (int64_t d = 0; d < p.taps[0]; ++d)
    for (int64_t h = 0; h < p.taps[1]; ++h) {
      const int64_t row = d * p.tap_step[0] + h * p.tap_step[1];
      for (int64_t w = 0; w < p.taps[2]; ++w) body(row + w * p.tap_step[2]);
    }
}

template <class T>
void max_pool_forward(const PoolRun<T>& p) {
  for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
    Vec<T> most = splat(-kInfinity<T>);
    for_each_tap<T>(p, [&](int64_t tap) LAMELLA_INLINE_BODY {
      const Vec<T> x = load(p.x + at + tap, span);
      most = ((x > most) | (x != x)) ? x : most;
    });
    store(p.y + j, most, span);
  });
}

// The gradient goes to the first of the taps that are the maximum.
template <class T>
void max_pool_backward(const PoolRun<T>& p) {
  for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
    const Vec<T> y = load(p.y + j, span);
    Vec<T> dy = load(p.dy + j, span);
    for_each_tap<T>(p, [&](int64_t tap) LAMELLA_INLINE_BODY {
      const auto here = load(p.x + at + tap, span) == y;
      store(p.dx + at + tap, load(p.dx + at + tap, span) + (here ? dy : Vec<T>{}), span);
      dy = here ? Vec<T>{} : dy;
    });
  });
}

template <class T>
LAMELLA_INLINE T share_of_tap(const PoolRun<T>& p) {
  return T(1) / T(p.taps[0] * p.taps[1] * p.taps[2]);
}

template <class T>
void mean_pool_forward(const PoolRun<T>& p) {
  const T share = share_of_tap(p);
  for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
    Vec<T> sum{};
    for_each_tap<T>(p, [&](int64_t tap) LAMELLA_INLINE_BODY { sum += load(p.x + at + tap, span); });
    store(p.y + j, sum * share, span);
  });
}

template <class T>
void mean_pool_backward(const PoolRun<T>& p) {
  const T share = share_of_tap(p);
  for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
    const Vec<T> part = load(p.dy + j, span) * share;
    for_each_tap<T>(p, [&](int64_t tap) LAMELLA_INLINE_BODY {
      store(p.dx + at + tap, load(p.dx + at + tap, span) + part, span);
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
