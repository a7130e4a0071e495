// Vec<T>: one register of float or double on the compiler's vector extension, as wide as the instruction set
// this file is compiled for. Operators + - * / < & | ^ ?: come from the extension; what it lacks stands
// below. Products and sums are never contracted by the compiler (-ffp-contract=off): mul_add says where a
// fused one is meant, so that an element has the same bits in the main loop and in a tail. Everything here is
// internal to one instruction set's object file: see isa.inl.
#pragma once
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#else
#error "lamella's kernels know x86-64 and aarch64"
#endif

#ifndef LAMELLA_INLINE  // sanitized builds inline nothing: see CMakeLists.txt
#define LAMELLA_INLINE inline __attribute__((always_inline))
#define LAMELLA_INLINE_BODY __attribute__((always_inline))  // of a lambda, after its parameters
#endif

namespace lamella::kernels::LAMELLA_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <class T>
constexpr int lanes = kVectorBytes / static_cast<int>(sizeof(T));

template <class T, class I, class U>
struct VectorTypes {
  typedef T Float __attribute__((vector_size(kVectorBytes)));
  typedef I Int __attribute__((vector_size(kVectorBytes)));
  typedef U Unsigned __attribute__((vector_size(kVectorBytes)));
  typedef T Memory __attribute__((vector_size(kVectorBytes), aligned(sizeof(T)), may_alias));
};
template <class T>
struct VectorOf;
template <>
struct VectorOf<float> : VectorTypes<float, int32_t, uint32_t> {};
template <>
struct VectorOf<double> : VectorTypes<double, int64_t, uint64_t> {};

template <class T>
using Vec = typename VectorOf<T>::Float;
template <class T>
using Int = typename VectorOf<T>::Int;  // also the result of comparing two Vec<T>: all bits set where true
template <class T>
using LaneInt = decltype(Int<T>{}[0] + 0);
template <class T>
using Unsigned = typename VectorOf<T>::Unsigned;
using U32 = Unsigned<float>;
using U64 = Unsigned<double>;

// How much of a vector is meant: all of it, or the first count lanes (0 < count < lanes).
struct Whole {};
struct Part {
  int64_t count;
};

template <class T>
LAMELLA_INLINE Vec<T> splat(T x) {
  return x - Vec<T>{};
}

// 0, 1, 2, ... in every lane.
template <class T>
LAMELLA_INLINE Int<T> lane_index() {
  Int<T> index{};
  for (int i = 0; i < lanes<T>; ++i) index[i] = i;
  return index;
}

template <class T>
LAMELLA_INLINE Int<T> mask_of(Part part) {
  return lane_index<T>() < static_cast<LaneInt<T>>(part.count);
}

// --- loads and stores (unaligned); a partial load gives zero in the lanes it leaves out ---

template <class T>
LAMELLA_INLINE Vec<T> load(const T* p, Whole = {}) {
  return *reinterpret_cast<const typename VectorOf<T>::Memory*>(p);
}

template <class T>
LAMELLA_INLINE void store(T* p, Vec<T> v, Whole = {}) {
  *reinterpret_cast<typename VectorOf<T>::Memory*>(p) = v;
}

#if defined(__AVX512F__)
LAMELLA_INLINE uint32_t low_bits(Part part) { return (1u << part.count) - 1; }
LAMELLA_INLINE Vec<float> load(const float* p, Part part) {
  return (Vec<float>)_mm512_maskz_loadu_ps(static_cast<__mmask16>(low_bits(part)), p);
}
LAMELLA_INLINE Vec<double> load(const double* p, Part part) {
  return (Vec<double>)_mm512_maskz_loadu_pd(static_cast<__mmask8>(low_bits(part)), p);
}
LAMELLA_INLINE void store(float* p, Vec<float> v, Part part) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>(low_bits(part)), (__m512)v);
}
LAMELLA_INLINE void store(double* p, Vec<double> v, Part part) {
  _mm512_mask_storeu_pd(p, static_cast<__mmask8>(low_bits(part)), (__m512d)v);
}
#elif defined(__AVX2__)
LAMELLA_INLINE Vec<float> load(const float* p, Part part) {
  return (Vec<float>)_mm256_maskload_ps(p, (__m256i)mask_of<float>(part));
}
LAMELLA_INLINE Vec<double> load(const double* p, Part part) {
  return (Vec<double>)_mm256_maskload_pd(p, (__m256i)mask_of<double>(part));
}
LAMELLA_INLINE void store(float* p, Vec<float> v, Part part) {
  _mm256_maskstore_ps(p, (__m256i)mask_of<float>(part), (__m256)v);
}
LAMELLA_INLINE void store(double* p, Vec<double> v, Part part) {
  _mm256_maskstore_pd(p, (__m256i)mask_of<double>(part), (__m256d)v);
}
#else
template <class T>
LAMELLA_INLINE Vec<T> load(const T* p, Part part) {
  Vec<T> v{p[0]};
  if constexpr (lanes<T> == 4) {
    if (part.count > 1) v[1] = p[1];
    if (part.count > 2) v[2] = p[2];
  }
  return v;
}
template <class T>
LAMELLA_INLINE void store(T* p, Vec<T> v, Part part) {
  p[0] = v[0];
  if constexpr (lanes<T> == 4) {
    if (part.count > 1) p[1] = v[1];
    if (part.count > 2) p[2] = v[2];
  }
}
#endif

// Replaces the lanes beyond part by value.
template <class T>
LAMELLA_INLINE Vec<T> fill_beyond(Vec<T> v, Whole, T) {
  return v;
}
template <class T>
LAMELLA_INLINE Vec<T> fill_beyond(Vec<T> v, Part part, T value) {
  return mask_of<T>(part) ? v : splat(value);
}

// body(span) for n elements, 0 < n <= lanes.
template <class T, class Body>
LAMELLA_INLINE void with_span(int64_t n, Body&& body) {
  if (n == lanes<T>)
    body(Whole{});
  else
    body(Part{n});
}

// body(i, span) for i = 0, lanes, 2 * lanes ...: span is Whole but for a tail.
template <class T, class Body>
LAMELLA_INLINE void for_each_vector(int64_t n, Body&& body) {
  int64_t i = 0;
  for (; i + lanes<T> <= n; i += lanes<T>) body(i, Whole{});
  if (i < n) body(i, Part{n - i});
}

// --- arithmetic ---

#if defined(__FMA__) || defined(__aarch64__)
constexpr bool kFusedMultiplyAdd = true;
#else
constexpr bool kFusedMultiplyAdd = false;
#endif

// a * b + c, rounded once where the machine can.
LAMELLA_INLINE Vec<float> mul_add(Vec<float> a, Vec<float> b, Vec<float> c) {
#if defined(__AVX512F__)
  return (Vec<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (Vec<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (Vec<float>)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}
LAMELLA_INLINE Vec<double> mul_add(Vec<double> a, Vec<double> b, Vec<double> c) {
#if defined(__AVX512F__)
  return (Vec<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  return (Vec<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__aarch64__)
  return (Vec<double>)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#else
  return a * b + c;
#endif
}

// a > b ? a : b and a < b ? a : b, so b where either is not a number: what must propagate comes second.
#if defined(__AVX512F__)
LAMELLA_INLINE Vec<float> max(Vec<float> a, Vec<float> b) {
  return (Vec<float>)_mm512_max_ps((__m512)a, (__m512)b);
}
LAMELLA_INLINE Vec<float> min(Vec<float> a, Vec<float> b) {
  return (Vec<float>)_mm512_min_ps((__m512)a, (__m512)b);
}
LAMELLA_INLINE Vec<double> max(Vec<double> a, Vec<double> b) {
  return (Vec<double>)_mm512_max_pd((__m512d)a, (__m512d)b);
}
LAMELLA_INLINE Vec<double> min(Vec<double> a, Vec<double> b) {
  return (Vec<double>)_mm512_min_pd((__m512d)a, (__m512d)b);
}
LAMELLA_INLINE Vec<float> sqrt(Vec<float> x) { return (Vec<float>)_mm512_sqrt_ps((__m512)x); }
LAMELLA_INLINE Vec<double> sqrt(Vec<double> x) { return (Vec<double>)_mm512_sqrt_pd((__m512d)x); }
#elif defined(__AVX2__)
LAMELLA_INLINE Vec<float> max(Vec<float> a, Vec<float> b) {
  return (Vec<float>)_mm256_max_ps((__m256)a, (__m256)b);
}
LAMELLA_INLINE Vec<float> min(Vec<float> a, Vec<float> b) {
  return (Vec<float>)_mm256_min_ps((__m256)a, (__m256)b);
}
LAMELLA_INLINE Vec<double> max(Vec<double> a, Vec<double> b) {
  return (Vec<double>)_mm256_max_pd((__m256d)a, (__m256d)b);
}
LAMELLA_INLINE Vec<double> min(Vec<double> a, Vec<double> b) {
  return (Vec<double>)_mm256_min_pd((__m256d)a, (__m256d)b);
}
LAMELLA_INLINE Vec<float> sqrt(Vec<float> x) { return (Vec<float>)_mm256_sqrt_ps((__m256)x); }
LAMELLA_INLINE Vec<double> sqrt(Vec<double> x) { return (Vec<double>)_mm256_sqrt_pd((__m256d)x); }
#elif defined(__x86_64__)
LAMELLA_INLINE Vec<float> max(Vec<float> a, Vec<float> b) {
  return (Vec<float>)_mm_max_ps((__m128)a, (__m128)b);
}
LAMELLA_INLINE Vec<float> min(Vec<float> a, Vec<float> b) {
  return (Vec<float>)_mm_min_ps((__m128)a, (__m128)b);
}
LAMELLA_INLINE Vec<double> max(Vec<double> a, Vec<double> b) {
  return (Vec<double>)_mm_max_pd((__m128d)a, (__m128d)b);
}
LAMELLA_INLINE Vec<double> min(Vec<double> a, Vec<double> b) {
  return (Vec<double>)_mm_min_pd((__m128d)a, (__m128d)b);
}
LAMELLA_INLINE Vec<float> sqrt(Vec<float> x) { return (Vec<float>)_mm_sqrt_ps((__m128)x); }
LAMELLA_INLINE Vec<double> sqrt(Vec<double> x) { return (Vec<double>)_mm_sqrt_pd((__m128d)x); }
#else
template <class V>
LAMELLA_INLINE V max(V a, V b) {
  return a > b ? a : b;
}
template <class V>
LAMELLA_INLINE V min(V a, V b) {
  return a < b ? a : b;
}
LAMELLA_INLINE Vec<float> sqrt(Vec<float> x) { return (Vec<float>)vsqrtq_f32((float32x4_t)x); }
LAMELLA_INLINE Vec<double> sqrt(Vec<double> x) { return (Vec<double>)vsqrtq_f64((float64x2_t)x); }
#endif

// a / b and the square root of x, one ulp off at most, by Newton's iteration where a division of a whole
// register is slow. a is finite, b, 1 / b and x are finite, normal numbers.
LAMELLA_INLINE Vec<float> quotient(Vec<float> a, Vec<float> b) {
#if defined(__AVX512F__)
  const Vec<float> guess = (Vec<float>)_mm512_rcp14_ps((__m512)b);
  const Vec<float> inverse = mul_add(guess, mul_add(-b, guess, splat(1.0f)), guess);
  const Vec<float> q = a * inverse;
  return mul_add(inverse, mul_add(-b, q, a), q);
#else
  return a / b;
#endif
}
LAMELLA_INLINE Vec<float> root(Vec<float> x) {
#if defined(__AVX512F__)
  const Vec<float> guess = (Vec<float>)_mm512_rsqrt14_ps((__m512)x);
  const Vec<float> r = x * guess;
  return mul_add(r, mul_add(-r, guess * 0.5f, splat(0.5f)), r);
#else
  return sqrt(x);
#endif
}
LAMELLA_INLINE Vec<double> quotient(Vec<double> a, Vec<double> b) { return a / b; }
LAMELLA_INLINE Vec<double> root(Vec<double> x) { return sqrt(x); }

template <class T>
constexpr T kInfinity = static_cast<T>(__builtin_inf());

// The sign bit alone; the value without it; the value with a sign bit added.
LAMELLA_INLINE Vec<float> sign_of(Vec<float> x) { return (Vec<float>)((U32)x & 0x80000000u); }
LAMELLA_INLINE Vec<double> sign_of(Vec<double> x) { return (Vec<double>)((U64)x & 0x8000000000000000u); }
LAMELLA_INLINE Vec<float> abs(Vec<float> x) { return (Vec<float>)((U32)x & 0x7fffffffu); }
LAMELLA_INLINE Vec<double> abs(Vec<double> x) { return (Vec<double>)((U64)x & 0x7fffffffffffffffu); }
LAMELLA_INLINE Vec<float> with_sign(Vec<float> x, Vec<float> sign) {
  return (Vec<float>)((U32)x | (U32)sign);
}
LAMELLA_INLINE Vec<double> with_sign(Vec<double> x, Vec<double> sign) {
  return (Vec<double>)((U64)x | (U64)sign);
}

// --- bits of a comparison: bit i of the result is lane i of the mask ---

LAMELLA_INLINE uint32_t bits_of(Int<float> mask) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask((__m512i)mask);
#elif defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_ps((__m256)mask));
#elif defined(__x86_64__)
  return static_cast<uint32_t>(_mm_movemask_ps((__m128)mask));
#else
  const Int<float> bit = {1, 2, 4, 8};
  return static_cast<uint32_t>(vaddvq_s32((int32x4_t)(mask & bit)));
#endif
}
LAMELLA_INLINE uint32_t bits_of(Int<double> mask) {
#if defined(__AVX512F__)
  return _mm512_movepi64_mask((__m512i)mask);
#elif defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_pd((__m256d)mask));
#elif defined(__x86_64__)
  return static_cast<uint32_t>(_mm_movemask_pd((__m128d)mask));
#else
  return static_cast<uint32_t>(mask[0] & 1) | static_cast<uint32_t>(mask[1] & 2);
#endif
}

// v where the lane's bit is set, 0 elsewhere; bits beyond the lanes are ignored.
#if defined(__AVX512F__)
LAMELLA_INLINE Vec<float> keep(Vec<float> v, uint32_t bits) {
  return (Vec<float>)_mm512_maskz_mov_ps(static_cast<__mmask16>(bits), (__m512)v);
}
LAMELLA_INLINE Vec<double> keep(Vec<double> v, uint32_t bits) {
  return (Vec<double>)_mm512_maskz_mov_pd(static_cast<__mmask8>(bits), (__m512d)v);
}
#else
LAMELLA_INLINE Vec<float> keep(Vec<float> v, uint32_t bits) {
  Int<float> bit{};
  for (int i = 0; i < lanes<float>; ++i) bit[i] = 1 << i;
  return ((static_cast<int32_t>(bits) - Int<float>{}) & bit) != 0 ? v : Vec<float>{};
}
LAMELLA_INLINE Vec<double> keep(Vec<double> v, uint32_t bits) {
  Int<double> bit{};
  for (int i = 0; i < lanes<double>; ++i) bit[i] = 1 << i;
  return ((static_cast<int64_t>(bits) - Int<double>{}) & bit) != 0 ? v : Vec<double>{};
}
#endif

// --- across lanes: always the same tree, halves folded together ---

template <class Op>
LAMELLA_INLINE float reduce(Vec<float> v, Op op) {
#if defined(__x86_64__)
#if defined(__AVX512F__)
  auto y = op(_mm512_castps512_ps256((__m512)v), _mm512_extractf32x8_ps((__m512)v, 1));
#elif defined(__AVX2__)
  auto y = (__m256)v;
#endif
#if defined(__AVX2__)
  auto x = op(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
#else
  auto x = (__m128)v;
#endif
  x = op(x, _mm_movehl_ps(x, x));
  x = op(x, _mm_shuffle_ps(x, x, 1));
  return _mm_cvtss_f32(x);
#else
  return op(op(v[0], v[2]), op(v[1], v[3]));
#endif
}
template <class Op>
LAMELLA_INLINE double reduce(Vec<double> v, Op op) {
#if defined(__x86_64__)
#if defined(__AVX512F__)
  auto y = op(_mm512_castpd512_pd256((__m512d)v), _mm512_extractf64x4_pd((__m512d)v, 1));
#elif defined(__AVX2__)
  auto y = (__m256d)v;
#endif
#if defined(__AVX2__)
  auto x = op(_mm256_castpd256_pd128(y), _mm256_extractf128_pd(y, 1));
#else
  auto x = (__m128d)v;
#endif
  return _mm_cvtsd_f64(op(x, _mm_unpackhi_pd(x, x)));
#else
  return op(v[0], v[1]);
#endif
}

struct Plus {
  template <class V>
  LAMELLA_INLINE V operator()(V a, V b) const {
    return a + b;
  }
};
struct Larger {
  template <class V>
  LAMELLA_INLINE V operator()(V a, V b) const {
    return a > b ? a : b;
  }
};

template <class V>
LAMELLA_INLINE auto reduce_add(V v) {
  return reduce(v, Plus{});
}
template <class V>
LAMELLA_INLINE auto reduce_max(V v) {
  return reduce(v, Larger{});
}

// --- integers ---

// Products of the low 32 bits of the 64-bit lanes.
LAMELLA_INLINE U64 mul_even_u32(U64 a, U64 b) {
#if defined(__AVX512F__)
  return (U64)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (U64)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
  return (U64)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (U64)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#endif
}

// Within every 128 bits: the low (high) 32- or 64-bit elements of a and b, alternating.
#if defined(__AVX512F__)
LAMELLA_INLINE U32 interleave_low(U32 a, U32 b) { return (U32)_mm512_unpacklo_epi32((__m512i)a, (__m512i)b); }
LAMELLA_INLINE U32 interleave_high(U32 a, U32 b) {
  return (U32)_mm512_unpackhi_epi32((__m512i)a, (__m512i)b);
}
LAMELLA_INLINE U64 interleave_low(U64 a, U64 b) { return (U64)_mm512_unpacklo_epi64((__m512i)a, (__m512i)b); }
LAMELLA_INLINE U64 interleave_high(U64 a, U64 b) {
  return (U64)_mm512_unpackhi_epi64((__m512i)a, (__m512i)b);
}
#elif defined(__AVX2__)
LAMELLA_INLINE U32 interleave_low(U32 a, U32 b) { return (U32)_mm256_unpacklo_epi32((__m256i)a, (__m256i)b); }
LAMELLA_INLINE U32 interleave_high(U32 a, U32 b) {
  return (U32)_mm256_unpackhi_epi32((__m256i)a, (__m256i)b);
}
LAMELLA_INLINE U64 interleave_low(U64 a, U64 b) { return (U64)_mm256_unpacklo_epi64((__m256i)a, (__m256i)b); }
LAMELLA_INLINE U64 interleave_high(U64 a, U64 b) {
  return (U64)_mm256_unpackhi_epi64((__m256i)a, (__m256i)b);
}
#elif defined(__x86_64__)
LAMELLA_INLINE U32 interleave_low(U32 a, U32 b) { return (U32)_mm_unpacklo_epi32((__m128i)a, (__m128i)b); }
LAMELLA_INLINE U32 interleave_high(U32 a, U32 b) { return (U32)_mm_unpackhi_epi32((__m128i)a, (__m128i)b); }
LAMELLA_INLINE U64 interleave_low(U64 a, U64 b) { return (U64)_mm_unpacklo_epi64((__m128i)a, (__m128i)b); }
LAMELLA_INLINE U64 interleave_high(U64 a, U64 b) { return (U64)_mm_unpackhi_epi64((__m128i)a, (__m128i)b); }
#else
LAMELLA_INLINE U32 interleave_low(U32 a, U32 b) { return (U32)vzip1q_u32((uint32x4_t)a, (uint32x4_t)b); }
LAMELLA_INLINE U32 interleave_high(U32 a, U32 b) { return (U32)vzip2q_u32((uint32x4_t)a, (uint32x4_t)b); }
LAMELLA_INLINE U64 interleave_low(U64 a, U64 b) { return (U64)vzip1q_u64((uint64x2_t)a, (uint64x2_t)b); }
LAMELLA_INLINE U64 interleave_high(U64 a, U64 b) { return (U64)vzip2q_u64((uint64x2_t)a, (uint64x2_t)b); }
#endif

// One register from 16-byte pieces, `step` elements apart in memory.
template <class T>
LAMELLA_INLINE Vec<T> load_pieces(const T* p, int64_t step) {
#if defined(__AVX512F__)
  const auto piece = [&](int i) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i * step)); };
  __m512i v = _mm512_castsi128_si512(piece(0));
  v = _mm512_inserti32x4(v, piece(1), 1);
  v = _mm512_inserti32x4(v, piece(2), 2);
  return (Vec<T>)_mm512_inserti32x4(v, piece(3), 3);
#elif defined(__AVX2__)
  const auto piece = [&](int i) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i * step)); };
  return (Vec<T>)_mm256_inserti128_si256(_mm256_castsi128_si256(piece(0)), piece(1), 1);
#else
  (void)step;
  return load(p);
#endif
}

// The way back.
template <class T>
LAMELLA_INLINE void store_pieces(T* p, int64_t step, Vec<T> v) {
#if defined(__AVX512F__)
  const auto piece = [&](int i) { return reinterpret_cast<__m128i*>(p + i * step); };
  _mm_storeu_si128(piece(0), _mm512_castsi512_si128((__m512i)v));
  _mm_storeu_si128(piece(1), _mm512_extracti32x4_epi32((__m512i)v, 1));
  _mm_storeu_si128(piece(2), _mm512_extracti32x4_epi32((__m512i)v, 2));
  _mm_storeu_si128(piece(3), _mm512_extracti32x4_epi32((__m512i)v, 3));
#elif defined(__AVX2__)
  const auto piece = [&](int i) { return reinterpret_cast<__m128i*>(p + i * step); };
  _mm_storeu_si128(piece(0), _mm256_castsi256_si128((__m256i)v));
  _mm_storeu_si128(piece(1), _mm256_extracti128_si256((__m256i)v, 1));
#else
  (void)step;
  store(p, v);
#endif
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
