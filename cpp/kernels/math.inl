// exp, expm1, log, sigmoid, tanh, softplus and the normal distribution, on vectors. float32 within 2
// ulp, the normal distribution within 3.5 and gelu within 4; float64 within a few.
// Polynomials are weighted minimax fits. Not-a-number propagates.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// c[0] + c[1] x + c[2] x^2 + ...
template <class T, int N>
LAMELLA_INLINE Vec<T> polynomial(Vec<T> x, const T (&c)[N]) {
  Vec<T> sum = splat(c[N - 1]);
  for (int i = N - 2; i >= 0; --i) sum = mul_add(sum, x, splat(c[i]));
  return sum;
}

template <class T>
struct Constants;

template <>
struct Constants<float> {
  static constexpr int kMantissaBits = 23, kExponentBias = 127;
  static constexpr float kRound =
      12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  static constexpr float kLog2High = 0.693145751953125f, kLog2Low = 1.42860682031e-6f;
  static constexpr float kExpMin = -104.0f, kExpMax = 89.0f;  // beyond: 0 and infinity
  static constexpr float kSmallestNormal = 1.17549435e-38f;
  // (e^r - 1 - r) / r^2 for |r| <= 0.4; (log((1 + s) / (1 - s)) / s - 2) / s^2 in powers of s^2 for |s| <=
  // 0.174.
  static constexpr float kExp[] = {0.500000019f,   0.16666667f,   0.0416659611f,
                                   0.00833322387f, 0.0013965135f, 0.000199389686f};
  static constexpr float kLog1p[] = {0.66666676f, 0.399988368f, 0.286181482f, 0.214125781f, 0.243621741f};
  static constexpr float kLog[] = {0.666666656f, 0.400003558f, 0.285359109f, 0.236101913f};
};

template <>
struct Constants<double> {
  static constexpr int kMantissaBits = 52, kExponentBias = 1023;
  static constexpr double kRound = 6755399441055744.0;
  static constexpr double kLog2High = 0.693147180369123816490, kLog2Low = 1.9082149292705878161e-10;
  static constexpr double kExpMin = -746.0, kExpMax = 710.0;
  static constexpr double kSmallestNormal = 2.2250738585072014e-308;
  static constexpr double kExp[] = {0.5,
                                    0.16666666666666686,
                                    0.041666666666666731,
                                    0.0083333333333154114,
                                    0.0013888888888885657,
                                    0.00019841269900384758,
                                    2.4801587378532281e-5,
                                    2.7557230883405575e-6,
                                    2.7557229664163906e-7,
                                    2.5113417172988275e-8,
                                    2.0927996607489645e-9};
  static constexpr double kLog1p[] = {0.66666666666666301, 0.40000000000158401, 0.28571428547695572,
                                      0.2222222398018415,  0.18181743537861895, 0.15386568524901024,
                                      0.1330085640265062,  0.12107044246581801, 0.083357889807793128,
                                      0.17026789923181835};
  static constexpr double kLog[] = {0.66666666666667447, 0.39999999999339563, 0.28571428760523264,
                                    0.22222196577873848, 0.18183674446141277, 0.15311081132969021,
                                    0.14827075488513473};
};

// 2^n for integers n within the range of normal numbers.
template <class T>
LAMELLA_INLINE Vec<T> power_of_two(Int<T> n) {
  return (Vec<T>)((n + Constants<T>::kExponentBias) << Constants<T>::kMantissaBits);
}

// x = n log 2 + r with |r| <= 0.35.
template <class T>
struct Reduced {
  Vec<T> n_float;
  Int<T> n;
  Vec<T> r;
};

// Of x + low, where low is a small correction to x.
template <class T>
LAMELLA_INLINE Reduced<T> reduce_exponent(Vec<T> x, Vec<T> low) {
  using C = Constants<T>;
  const Vec<T> shifted = mul_add(x + low, splat(T(1.4426950408889634074)), splat(C::kRound));
  const Vec<T> n = shifted - C::kRound;
  Vec<T> r = mul_add(n, splat(-C::kLog2High), x);
  r = mul_add(n, splat(-C::kLog2Low), r) + low;
  return {n, (Int<T>)shifted - (Int<T>)splat(C::kRound), r};
}

// e^r - 1 for |r| <= 0.4.
template <class T>
LAMELLA_INLINE Vec<T> small_expm1(Vec<T> r) {
  return mul_add(r * r, polynomial(r, Constants<T>::kExp), r);
}

// e^r for |r| <= 0.4: where products are not rounded, 1 + r ((e^r - 1) / r), which loses less than the sum of
// the above and 1.
template <class T>
LAMELLA_INLINE Vec<T> small_exp(Vec<T> r) {
  if constexpr (!kFusedMultiplyAdd) return small_expm1<T>(r) + T(1);
  const Vec<T> slope = mul_add(polynomial(r, Constants<T>::kExp), r, splat(T(1)));
  return mul_add(slope, r, splat(T(1)));
}

// p * 2^n; in two steps, because the result may be denormal or infinite.
template <class T>
LAMELLA_INLINE Vec<T> scale_by_power(Vec<T> p, const Reduced<T>& x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_scalef_ps((__m512)p, (__m512)x.n_float);
  else
    return (Vec<T>)_mm512_scalef_pd((__m512d)p, (__m512d)x.n_float);
#else
  const Int<T> half = x.n >> 1;
  return p * power_of_two<T>(half) * power_of_two<T>(x.n - half);
#endif
}

template <class T>
LAMELLA_INLINE Vec<T> clamp_exponent(Vec<T> x) {
  return min(splat(Constants<T>::kExpMax), max(splat(Constants<T>::kExpMin), x));
}

template <class T>
LAMELLA_INLINE Vec<T> exp(Vec<T> x) {
  const Reduced<T> reduced = reduce_exponent<T>(clamp_exponent<T>(x), Vec<T>{});
  return scale_by_power<T>(small_exp<T>(reduced.r), reduced);
}

// e^x - 1 = 2^n (e^r - 1) + (2^n - 1); right for x <= 0 and for x whose 2^n is finite.
template <class T>
LAMELLA_INLINE Vec<T> expm1(Vec<T> x) {
  const T limit = T(Constants<T>::kMantissaBits + 2);  // below -limit log 2 the result is -1
  const Vec<T> clamped = max(splat(-limit), min(splat(Constants<T>::kExpMax - 2), x));
  const Reduced<T> reduced = reduce_exponent<T>(clamped, Vec<T>{});
  const Vec<T> power = power_of_two<T>(reduced.n);
  const Vec<T> result = mul_add(power, small_expm1<T>(reduced.r), power - T(1));
  return x == 0 ? x : result;
}

// log(u) + exponent_offset log 2 for normal u > 0, u = m 2^n with m in [sqrt(1/2), sqrt(2)) and f = m - 1:
// log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f / (2 + f).
template <class T>
LAMELLA_INLINE Vec<T> log_of_normal(Vec<T> u, Vec<T> exponent_offset) {
  using C = Constants<T>;
  using U = Unsigned<T>;
  const U one = (U)splat(T(1)), half_root = (U)splat(T(0.70710678118654752440));
  const U shifted = (U)u + (one - half_root);
  const Int<T> n = ((Int<T>)shifted >> C::kMantissaBits) - C::kExponentBias;
  const U mantissa = ((U{} + 1) << C::kMantissaBits) - 1;
  const Vec<T> f = (Vec<T>)((shifted & mantissa) + half_root) - T(1);
  const Vec<T> n_float = ((Vec<T>)(n + (Int<T>)splat(C::kRound)) - C::kRound) + exponent_offset;
  const Vec<T> s = f / (f + T(2)), z = s * s, half_square = f * f * T(0.5);
  const Vec<T> tail = s * (half_square + z * polynomial(z, C::kLog));
  const Vec<T> low = mul_add(n_float, splat(C::kLog2Low), tail);
  return mul_add(n_float, splat(C::kLog2High), f - (half_square - low));
}

// The values at and beyond the edges of the domain of a logarithm of u.
template <class T>
LAMELLA_INLINE Vec<T> log_special_cases(Vec<T> u, Vec<T> result) {
  result = u == 0 ? splat(-kInfinity<T>) : result;
  result = u < 0 ? splat(T(__builtin_nan(""))) : result;
  return u < kInfinity<T> ? result : u;  // infinity and not-a-number
}

template <class T>
LAMELLA_INLINE Vec<T> log(Vec<T> x) {
  constexpr int kBits = Constants<T>::kMantissaBits + 1;
  const T up = T(int64_t(1) << kBits);
  const auto tiny = x < Constants<T>::kSmallestNormal;
  const Vec<T> scaled = tiny ? x * up : x;
  const Vec<T> offset = tiny ? splat(T(-kBits)) : Vec<T>{};
  return log_special_cases<T>(x, log_of_normal<T>(scaled, offset));
}

// log(1 + x) = x - s rest for 0 <= x <= 1: s = x / (2 + x), rest = x - z P(z), z = s^2, P as for log.
template <class T>
struct Log1p {
  Vec<T> s, rest;
};
template <class T>
LAMELLA_INLINE Log1p<T> log1p_terms(Vec<T> x) {
  const Vec<T> d = x + T(2);
  Vec<T> s = x / d;
  if constexpr (!kFusedMultiplyAdd) {  // what x + 2 lost in rounding; 1 / d = (1 - s) / 2
    const Vec<T> lost = x - (d - T(2));
    s -= lost * (s * (T(0.5) - s * T(0.5)));
  }
  const Vec<T> z = s * s;
  return {s, mul_add(-z, polynomial(z, Constants<T>::kLog1p), x)};
}
template <class T>
LAMELLA_INLINE Vec<T> log1p_of_unit(Vec<T> x) {
  const auto [s, rest] = log1p_terms<T>(x);
  return mul_add(-s, rest, x);
}

// 1 / (1 + e^-x), from e = e^-|x| so that nothing overflows. What 1 + e loses in rounding is put back: the
// derivative of e / d by d is -(e / d) / d, and 1 / d is the result for x >= 0, 1 minus the result for x < 0.
template <class T>
LAMELLA_INLINE Vec<T> sigmoid(Vec<T> x) {
  const Vec<T> e = exp<T>(-abs(x)), d = e + T(1), lost = e - (d - T(1));
  const Vec<T> rounded = (x < 0 ? e : splat(T(1))) / d;
  const Vec<T> inverse = x < 0 ? T(1) - rounded : rounded;
  return mul_add(-(rounded * inverse), lost, rounded);
}

// x + x^3 P(x^2) for small x, where the other form cancels; beyond, tanh|x| = 1 - 2e / (1 + e), e =
// e^(-2|x|).
LAMELLA_INLINE Vec<float> tanh(Vec<float> x) {
  constexpr float kSmall[] = {-0.333333306f, 0.133331962f,    -0.0539454105f,
                              0.0216927712f, -0.00815665818f, 0.00212306775f};
  const Vec<float> size = abs(x), square = x * x;
  const Vec<float> e = exp<float>(size * -2.0f);
  const Vec<float> large = 1.0f - 2.0f * e / (e + 1.0f);
  const Vec<float> small = mul_add(size * square, polynomial(square, kSmall), size);
  return with_sign(size < 0.63f ? small : large, sign_of(x));
}

// tanh|x| = t / (t + 2) with t = e^(2|x|) - 1.
LAMELLA_INLINE Vec<double> tanh(Vec<double> x) {
  const Vec<double> t = expm1<double>(min(splat(20.0), abs(x)) * 2.0);
  return with_sign(t / (t + 2.0), sign_of(x));
}

// log(1 + e^x)
template <class T>
LAMELLA_INLINE Vec<T> softplus(Vec<T> x) {
  const Vec<T> e = exp<T>(-abs(x)), positive = max(Vec<T>{}, x);
  if constexpr (kFusedMultiplyAdd) return positive + log1p_of_unit<T>(e);
  const auto [s, rest] = log1p_terms<T>(e);
  const Vec<T> product = s * rest, log1p = e - product, lost = (e - log1p) - product;
  return (positive + lost) + log1p;
}

// The normal distribution's density and cumulative probability at x.
template <class T>
struct Normal {
  Vec<T> density, probability;
};

// The high half of the mantissa: the product of two of them is exact.
LAMELLA_INLINE Vec<float> high_half(Vec<float> x) { return (Vec<float>)((U32)x & 0xfffff000u); }

// 1 - a b for b near 1 / a, without the rounding of the product.
LAMELLA_INLINE Vec<float> reciprocal_error(Vec<float> a, Vec<float> b) {
  if constexpr (kFusedMultiplyAdd) return mul_add(-a, b, splat(1.0f));
  const Vec<float> a_high = high_half(a), a_low = a - a_high, b_high = high_half(b), b_low = b - b_high;
  return ((1.0f - a_high * b_high) - (a_high * b_low + a_low * b_high)) - a_low * b_low;
}

// 1/2 + x P(x^2) near 0; the tail is Q(t) = c e^(-t^2/2) (1 + u R(u)) / (t + 2), u = (t - 2) / (t + 2), where
// the last factor is smooth. Each rounding counts up to an ulp, so few are left: t^2 is split exactly, c =
// 0.672 stands in the exponent, 1 + u R and e^r = 1 + m are multiplied as q + q m, and the errors of t + 2
// and its reciprocal w are known (r) and put back, also into u = 1 - 4 w.
LAMELLA_INLINE Normal<float> normal(Vec<float> x) {
  constexpr float kLogC = -0.396889969f, kDensity = 0.398942280f / 0.672407943f;
  constexpr float kTail[] = {-0.492862105f,  0.0428266041f,  0.0546067841f,  -0.000681419915f, -0.0100105293f,
                             -0.0030538009f, 0.00136391388f, 0.00163530256f, -0.00050606986f};
  constexpr float kCenter[] = {0.39894228f,     -0.0664903599f,  0.00997332349f,
                               -0.00118633019f, 0.000113486664f, -7.65432885e-6f};
  const Vec<float> t = min(splat(15.0f), abs(x)), high = high_half(t), low = t - high;
  const Reduced<float> exponent =
      reduce_exponent<float>(high * high * -0.5f, mul_add(low * (t + high), splat(-0.5f), splat(kLogC)));
  const Vec<float> m = small_expm1<float>(exponent.r);
  const Vec<float> sum = t + 2.0f, lost = t < 2.0f ? t - (sum - 2.0f) : 2.0f - (sum - t), w = 1.0f / sum;
  const Vec<float> r = reciprocal_error(sum, w) - lost * w;
  const Vec<float> u = mul_add(w * -4.0f, r, w * -4.0f + 1.0f);
  const Vec<float> q = mul_add(w, mul_add(u, polynomial(u, kTail), r), w);
  const Vec<float> tail = scale_by_power<float>(mul_add(q, m, q), exponent);
  const Vec<float> outside = x < 0 ? tail : 1.0f - tail;
  const Vec<float> center = mul_add(x, polynomial(x * x, kCenter), splat(0.5f));
  return {scale_by_power<float>(m + 1.0f, exponent) * kDensity, t < 0.9f ? center : outside};
}

LAMELLA_INLINE Normal<double> normal(Vec<double> x) {
  const Vec<double> scaled = x * -0.70710678118654752440;
  Vec<double> erfc{};
  for (int i = 0; i < lanes<double>; ++i) erfc[i] = __builtin_erfc(scaled[i]);
  return {exp<double>(x * x * -0.5) * 0.398942280401432678, erfc * 0.5};
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
