// Normal random numbers: Box & Muller, "A Note on the Generation of Random Normal Deviates" (1958).
#pragma once
#include "kernels/dropout.inl"
#include "kernels/math.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
struct SineCosine {
  Vec<T> sine, cosine;
};

// Of the angle 2 pi u for 0 <= u < 1: a quarter turn either side of the nearest multiple of one, by Taylor's
// series of degree 9 and 10 at angles up to pi / 4 (error below 1e-8).
template <class T>
LAMELLA_INLINE SineCosine<T> sine_cosine(Vec<T> u) {
  constexpr T kSine[] = {T(1), T(-1.0 / 6), T(1.0 / 120), T(-1.0 / 5040), T(1.0 / 362880)};
  constexpr T kCosine[] = {T(1), T(-0.5), T(1.0 / 24), T(-1.0 / 720), T(1.0 / 40320), T(-1.0 / 3628800)};
  const Vec<T> quarter = (u * T(4) + Constants<T>::kRound) - Constants<T>::kRound;
  const Vec<T> angle = (u * T(4) - quarter) * T(1.5707963267948966), square = angle * angle;
  const Vec<T> s = angle * polynomial(square, kSine), c = polynomial(square, kCosine);
  const auto odd = (quarter == 1) | (quarter == 3);
  const Vec<T> sine = odd ? c : s, cosine = odd ? s : c;
  return {((quarter == 2) | (quarter == 3)) ? -sine : sine,
          ((quarter == 1) | (quarter == 2)) ? -cosine : cosine};
}

constexpr int kNoiseGroup = 32;  // elements whose numbers are made together: 16 radii, 16 angles

template <class T>
LAMELLA_INLINE void normal_numbers(PhiloxKey key, int64_t begin, T (&out)[kNoiseGroup]) {
  uint32_t words[kNoiseGroup];
  philox_words<T>(key, begin, kNoiseGroup, words);
  T uniform[kNoiseGroup];  // 24 bits of a word; the radius' in (0, 1]
  for (int i = 0; i < kNoiseGroup; ++i)
    uniform[i] = static_cast<T>(static_cast<int32_t>(words[i] >> 8) + (i < kNoiseGroup / 2)) * T(0x1p-24);
  for (int i = 0; i < kNoiseGroup / 2; i += lanes<T>) {
    const Vec<T> radius = sqrt(log<T>(load(uniform + i)) * T(-2));
    const SineCosine<T> turned = sine_cosine<T>(load(uniform + kNoiseGroup / 2 + i));
    store(out + i, radius * turned.cosine);
    store(out + kNoiseGroup / 2 + i, radius * turned.sine);
  }
}

// y = body(x, z)
template <class T, class Body>
LAMELLA_INLINE void with_noise(PhiloxKey key, int64_t begin, int64_t n, const T* x, T* y, Body body) {
  for (int64_t i = 0; i < n; i += kNoiseGroup) {
    T noise[kNoiseGroup];
    normal_numbers<T>(key, begin + i, noise);
    const int64_t count = n - i < kNoiseGroup ? n - i : kNoiseGroup;
    for_each_vector<T>(count, [&](int64_t j, auto span) {
      store(y + i + j, body(load(x + i + j, span), load(noise + j, span)), span);
    });
  }
}

template <class T>
void add_noise(PhiloxKey key, int64_t begin, int64_t n, T stddev, const T* x, T* y) {
  with_noise(key, begin, n, x, y, [&](Vec<T> v, Vec<T> z) { return mul_add(z, splat(stddev), v); });
}

template <class T>
void scale_by_noise(PhiloxKey key, int64_t begin, int64_t n, T stddev, const T* x, T* y) {
  with_noise(key, begin, n, x, y,
             [&](Vec<T> v, Vec<T> z) { return v * mul_add(z, splat(stddev), splat(T(1))); });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
