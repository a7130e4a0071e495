// Copies and conversion of users' arrays. Plain loops, which the compiler vectorises; every conversion is
// exact or rounds once.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// IEEE binary16 as bits. Normal numbers and zeros of half precision shift into place and are rebased by a
// product with 2^112, which also makes denormals right; infinities and not-a-numbers get the full exponent.
struct Half {
  uint16_t bits;
};

LAMELLA_INLINE float to_float(Half h) {
  const uint32_t magnitude = (h.bits & 0x7fffu) << 13, sign = (h.bits & 0x8000u) << 16;
  float value;
  __builtin_memcpy(&value, &magnitude, 4);
  value *= 0x1p112f;
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  bits |= sign | (magnitude >= 0x0f800000u ? 0x7f800000u : 0u);
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

struct Bool {
  uint8_t byte;
};

template <class To, class From>
LAMELLA_INLINE To convert_one(From x) {
  return static_cast<To>(x);
}
template <class To>
LAMELLA_INLINE To convert_one(Half x) {
  return static_cast<To>(to_float(x));
}
template <class To>
LAMELLA_INLINE To convert_one(Bool x) {
  return static_cast<To>(x.byte != 0);
}

// Labels: what does not fit becomes the nearest int32, which no check of labels lets pass; nan the smallest.
template <class From>
LAMELLA_INLINE int32_t label_of(From x) {
  constexpr From kLow = From(-1) < From(0) ? static_cast<From>(INT32_MIN) : From(0);
  if constexpr (sizeof(From) < 4) return static_cast<int32_t>(x);
  if (x >= static_cast<From>(2147483648.0)) return INT32_MAX;
  return x >= kLow ? static_cast<int32_t>(x) : INT32_MIN;
}
template <>
LAMELLA_INLINE int32_t label_of(int32_t x) {
  return x;
}
template <>
LAMELLA_INLINE int32_t label_of(Half x) {
  return label_of(to_float(x));
}
template <>
LAMELLA_INLINE int32_t label_of(Bool x) {
  return x.byte != 0;
}

// body(x as a pointer to the elements' type)
template <class Body>
LAMELLA_INLINE void with_type(DType type, const void* x, Body&& body) {
  switch (type) {
    case DType::boolean:
      return body(static_cast<const Bool*>(x));
    case DType::uint8:
      return body(static_cast<const uint8_t*>(x));
    case DType::int8:
      return body(static_cast<const int8_t*>(x));
    case DType::uint16:
      return body(static_cast<const uint16_t*>(x));
    case DType::int16:
      return body(static_cast<const int16_t*>(x));
    case DType::uint32:
      return body(static_cast<const uint32_t*>(x));
    case DType::int32:
      return body(static_cast<const int32_t*>(x));
    case DType::uint64:
      return body(static_cast<const uint64_t*>(x));
    case DType::int64:
      return body(static_cast<const int64_t*>(x));
    case DType::float16:
      return body(static_cast<const Half*>(x));
    case DType::float32:
      return body(static_cast<const float*>(x));
    case DType::float64:
      return body(static_cast<const double*>(x));
    case DType::longdouble:
      return body(static_cast<const long double*>(x));
  }
}

template <class T>
void convert(DType from, int64_t n, const void* x, T* y) {
  with_type(from, x, [&](const auto* p) {
    for (int64_t i = 0; i < n; ++i) y[i] = convert_one<T>(p[i]);
  });
}

// Bytes by whole vectors and a last one that may overlap; few bytes one at a time.
LAMELLA_INLINE void copy_row(int64_t bytes, const char* x, char* y) {
  const auto copy_vector = [&](int64_t at) {
    Vec<float> v;
    __builtin_memcpy(&v, x + at, kVectorBytes);
    __builtin_memcpy(y + at, &v, kVectorBytes);
  };
  if (bytes < kVectorBytes) {
    for (int64_t i = 0; i < bytes; ++i) y[i] = x[i];
    return;
  }
  for (int64_t at = 0; at < bytes - kVectorBytes; at += kVectorBytes) copy_vector(at);
  copy_vector(bytes - kVectorBytes);
}

template <class T>
void copy_rows(const char* source, int64_t stride, const int64_t* rows, int64_t first, int64_t count,
               int64_t bytes, char* out) {
  const auto row = [&](int64_t i) { return source + (rows ? rows[i] : first + i) * stride; };
  if (bytes == 4) {  // a label, or a single value
    for (int64_t i = 0; i < count; ++i) __builtin_memcpy(out + i * 4, row(i), 4);
  } else if (bytes == 8) {
    for (int64_t i = 0; i < count; ++i) __builtin_memcpy(out + i * 8, row(i), 8);
  } else {
    for (int64_t i = 0; i < count; ++i) copy_row(bytes, row(i), out + i * bytes);
  }
}

template <class T>
void convert_to_int32(DType from, int64_t n, const void* x, int32_t* y) {
  with_type(from, x, [&](const auto* p) {
    for (int64_t i = 0; i < n; ++i) y[i] = label_of(p[i]);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
