// Pooling of a run of pixels, vectorised over their channels.
#pragma once
#include "kernels/gemm.inl"
#include "kernels/pairwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// body(loop), where loop(f) calls f(offset) for all taps. The number of taps of the smallest windows is known
// to the compiler.
template <class T, class Body>
LAMELLA_INLINE void with_taps(const PoolRun<T>& p, Body body) {
  constexpr int64_t kMostTaps = 64;
  const auto nested = [&](auto f) LAMELLA_INLINE_BODY {
    for (int64_t d = 0; d < p.taps[0]; ++d)
      for (int64_t h = 0; h < p.taps[1]; ++h)
        for (int64_t w = 0; w < p.taps[2]; ++w) f(d * p.tap_step[0] + h * p.tap_step[1] + w * p.tap_step[2]);
  };
  const int64_t count = p.taps[0] * p.taps[1] * p.taps[2];
  if (count > kMostTaps) {
    body(nested);
    return;
  }
  int64_t offsets[kMostTaps];
  int64_t listed = 0;
  nested([&](int64_t offset) LAMELLA_INLINE_BODY { offsets[listed++] = offset; });
  const auto with_count = [&](auto number) LAMELLA_INLINE_BODY {
    body([&](auto f) LAMELLA_INLINE_BODY {
      for (int64_t k = 0; k < number; ++k) f(offsets[k]);
    });
  };
  if (count == 4)
    with_count(Number<4>{});
  else if (count == 9)
    with_count(Number<9>{});
  else
    with_count(count);
}

// body(at, j, span) for the vectors of channels of each pixel: x and dx begin at `at`, y and dy at j.
template <class T, class Body>
LAMELLA_INLINE void for_each_pixel_vector(const PoolRun<T>& p, Body body) {
  for (int64_t i = 0; i < p.pixels; ++i)
    for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      body(i * p.x_step + c, i * p.channels + c, span);
    });
}

template <class T, class Span>
LAMELLA_INLINE void give(const PoolRun<T>& p, int64_t at, Vec<T> gradient, Span span) {
  store(p.dx + at, p.add ? load(p.dx + at, span) + gradient : gradient, span);
}

template <class T>
void max_pool_forward(const PoolRun<T>& p) {
  with_taps<T>(p, [&](auto loop) LAMELLA_INLINE_BODY {
    for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
      Vec<T> most = splat(-kInfinity<T>);
      loop([&](int64_t tap) LAMELLA_INLINE_BODY {
        const Vec<T> x = load(p.x + at + tap, span);
        most = ((x > most) | (x != x)) ? x : most;
      });
      store(p.y + j, most, span);
    });
  });
}

// The gradient goes to the first of the taps that are the maximum.
template <class T>
void max_pool_backward(const PoolRun<T>& p) {
  with_taps<T>(p, [&](auto loop) LAMELLA_INLINE_BODY {
    for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
      const Vec<T> y = load(p.y + j, span);
      Vec<T> dy = load(p.dy + j, span);
      loop([&](int64_t tap) LAMELLA_INLINE_BODY {
        const auto here = load(p.x + at + tap, span) == y;
        give(p, at + tap, here ? dy : Vec<T>{}, span);
        dy = here ? Vec<T>{} : dy;
      });
    });
  });
}

template <class T>
LAMELLA_INLINE T share_of_tap(const PoolRun<T>& p) {
  return T(1) / T(p.taps[0] * p.taps[1] * p.taps[2]);
}

// Of the taps of a large window, whose sums are long.
template <class T, class Span>
LAMELLA_INLINE Vec<T> sum_of_taps(const PoolRun<T>& p, const T* x, Span span) {
  const auto rows = [&](int64_t begin, int64_t end, Sums<T, 1>& sums) LAMELLA_INLINE_BODY {
    for (int64_t row = begin; row < end; ++row) {
      const T* first = x + row / p.taps[1] * p.tap_step[0] + row % p.taps[1] * p.tap_step[1];
      sums.add(sum_terms<T, 1>(p.taps[2], [&](int64_t from, int64_t to, Sums<T, 1>& sum) LAMELLA_INLINE_BODY {
        for (int64_t w = from; w < to; ++w) sum.of[0] += load(first + w * p.tap_step[2], span);
      }));
    }
  };
  return sum_terms<T, 1>(p.taps[0] * p.taps[1], rows).of[0];
}

template <class T>
void mean_pool_forward(const PoolRun<T>& p) {
  const T share = share_of_tap(p);
  if (p.taps[0] * p.taps[1] * p.taps[2] > kSumBlock) {
    for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
      store(p.y + j, sum_of_taps(p, p.x + at, span) * share, span);
    });
    return;
  }
  with_taps<T>(p, [&](auto loop) LAMELLA_INLINE_BODY {
    for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
      Vec<T> sum{};
      loop([&](int64_t tap) LAMELLA_INLINE_BODY { sum += load(p.x + at + tap, span); });
      store(p.y + j, sum * share, span);
    });
  });
}

template <class T>
void mean_pool_backward(const PoolRun<T>& p) {
  const T share = share_of_tap(p);
  with_taps<T>(p, [&](auto loop) LAMELLA_INLINE_BODY {
    for_each_pixel_vector<T>(p, [&](int64_t at, int64_t j, auto span) LAMELLA_INLINE_BODY {
      const Vec<T> part = load(p.dy + j, span) * share;
      loop([&](int64_t tap) LAMELLA_INLINE_BODY { give(p, at + tap, part, span); });
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
