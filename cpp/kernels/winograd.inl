// Winograd's F(2x2, 3x3): 2x2 outputs of a 3x3 correlation with 16 products a channel instead of 36. Lavin &
// Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv 1509.09308): Y = A' [(G g G') (B' d B)] A.
#pragma once
#include "kernels/activation.inl"
#include "kernels/gemm.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// B' d for one column of d; the same again along the rows gives B' d B.
template <class V>
LAMELLA_INLINE void winograd_differences(const V (&d)[4], V (&t)[4]) {
  t[0] = d[0] - d[2];
  t[1] = d[1] + d[2];
  t[2] = d[2] - d[1];
  t[3] = d[1] - d[3];
}

template <class T>
void winograd_input(int64_t channels, const T* const* pixels, int64_t step, T* out) {
  for_each_vector<T>(channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    Vec<T> columns[4][4];  // by column, then row
    unrolled<4>([&](auto j) LAMELLA_INLINE_BODY {
      Vec<T> d[4];
      unrolled<4>([&](auto i) LAMELLA_INLINE_BODY { d[i] = load(pixels[4 * i + j] + c, span); });
      winograd_differences(d, columns[j]);
    });
    unrolled<4>([&](auto i) LAMELLA_INLINE_BODY {
      const Vec<T> d[4] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]};
      Vec<T> t[4];
      winograd_differences(d, t);
      unrolled<4>([&](auto j) LAMELLA_INLINE_BODY { store(out + (4 * i + j) * step + c, t[j], span); });
    });
  });
}

// G g for one column of g.
template <class T>
LAMELLA_INLINE void winograd_halves(const Vec<T> (&g)[3], Vec<T> (&t)[4]) {
  const Vec<T> ends = (g[0] + g[2]) * T(0.5), middle = g[1] * T(0.5);
  t[0] = g[0];
  t[1] = ends + middle;
  t[2] = ends - middle;
  t[3] = g[2];
}

template <class T>
void winograd_kernel(int64_t n, const T* taps, int64_t tap_step, T* out, int64_t step) {
  for_each_vector<T>(n, [&](int64_t at, auto span) LAMELLA_INLINE_BODY {
    Vec<T> columns[3][4];
    unrolled<3>([&](auto j) LAMELLA_INLINE_BODY {
      Vec<T> g[3];
      unrolled<3>([&](auto i) LAMELLA_INLINE_BODY { g[i] = load(taps + (3 * i + j) * tap_step + at, span); });
      winograd_halves<T>(g, columns[j]);
    });
    unrolled<4>([&](auto i) LAMELLA_INLINE_BODY {
      const Vec<T> g[3] = {columns[0][i], columns[1][i], columns[2][i]};
      Vec<T> t[4];
      winograd_halves<T>(g, t);
      unrolled<4>([&](auto j) LAMELLA_INLINE_BODY { store(out + (4 * i + j) * step + at, t[j], span); });
    });
  });
}

// A' m for one column of m.
template <class V>
LAMELLA_INLINE void winograd_sums(const V (&m)[4], V (&s)[2]) {
  s[0] = m[0] + m[1] + m[2];
  s[1] = m[1] - m[2] - m[3];
}

template <Activation A, class T>
void winograd_output_of(const WinogradOutput<T>& p) {
  for (int64_t tile = 0; tile < p.tiles; ++tile) {
    T* const* y = p.y + 4 * tile;
    for_each_vector<T>(p.cols, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      const T* products = p.products + tile * kPanel<T> + c;
      Vec<T> columns[4][2];
      unrolled<4>([&](auto j) LAMELLA_INLINE_BODY {
        Vec<T> m[4];
        unrolled<4>([&](auto i) LAMELLA_INLINE_BODY { m[i] = load(products + (4 * i + j) * p.step); });
        winograd_sums(m, columns[j]);
      });
      const Vec<T> bias = p.bias ? load(p.bias + c, span) : Vec<T>{};
      unrolled<2>([&](auto i) LAMELLA_INLINE_BODY {
        const Vec<T> m[4] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]};
        Vec<T> s[2];
        winograd_sums(m, s);
        unrolled<2>([&](auto j) LAMELLA_INLINE_BODY {
          if (y[2 * i + j]) store(y[2 * i + j] + c, activate<A, T>(s[j] + bias, {p.alpha}), span);
        });
      });
    });
  }
}

template <class T>
void winograd_output(const WinogradOutput<T>& p) {
  with_fused_activation(p.activation, [&](auto k) { winograd_output_of<decltype(k)::value>(p); });
}

// The kernel's gradient is F(3x3, 2x2) on the same tiles, with the outputs' gradients in the part of the
// kernel.
template <class T>
void winograd_output_gradient(int64_t n, const T* const* pixels, int64_t step, T* out) {
  const auto halves = [](const Vec<T>(&g)[2], Vec<T>(&t)[4]) LAMELLA_INLINE_BODY {
    t[0] = g[0];
    t[1] = (g[0] + g[1]) * T(0.5);
    t[2] = (g[0] - g[1]) * T(0.5);
    t[3] = g[1];
  };
  for_each_vector<T>(n, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    Vec<T> columns[2][4];
    unrolled<2>([&](auto j) LAMELLA_INLINE_BODY {
      const Vec<T> g[2] = {load(pixels[j] + c, span), load(pixels[2 + j] + c, span)};
      halves(g, columns[j]);
    });
    unrolled<4>([&](auto i) LAMELLA_INLINE_BODY {
      const Vec<T> g[2] = {columns[0][i], columns[1][i]};
      Vec<T> t[4];
      halves(g, t);
      unrolled<4>([&](auto j) LAMELLA_INLINE_BODY { store(out + (4 * i + j) * step + c, t[j], span); });
    });
  });
}

template <class T>
void winograd_kernel_gradient(const WinogradGradient<T>& p) {
  const auto sums = [](const Vec<T>(&m)[4], Vec<T>(&s)[3]) LAMELLA_INLINE_BODY {
    s[0] = m[0] + m[1] + m[2];
    s[1] = m[1] - m[2];
    s[2] = m[1] + m[2] - m[3];
  };
  for_each_vector<T>(p.cols, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    Vec<T> columns[4][3];
    unrolled<4>([&](auto j) LAMELLA_INLINE_BODY {
      Vec<T> m[4] = {};
      for (int64_t slice = 0; slice < p.slices; ++slice)
        unrolled<4>([&](auto i) LAMELLA_INLINE_BODY {
          m[i] += load(p.products + slice * p.slice_step + (4 * i + j) * p.step + c);
        });
      sums(m, columns[j]);
    });
    unrolled<3>([&](auto i) LAMELLA_INLINE_BODY {
      const Vec<T> m[4] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]};
      Vec<T> s[3];
      sums(m, s);
      unrolled<3>([&](auto j)
                      LAMELLA_INLINE_BODY { store(p.gradient + (3 * i + j) * p.tap_step + c, s[j], span); });
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
