// Element types. Variables and values compute in float32 or float64; the others are what users' arrays come
// in.
#pragma once
#include <cstdint>
#include <string>

namespace lamella {

enum class DType : uint8_t {
  boolean,
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  uint64,
  int64,
  float16,
  float32,
  float64,
  longdouble
};

// Bytes of one element.
int64_t size_of(DType dtype);

// NumPy's name of the type: "float32", "uint8", ...
const char* name_of(DType dtype);

// "float32" or "float64"; throws std::invalid_argument for every other name.
DType compute_dtype(const std::string& name);

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::float32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::float64;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::int32;
};

// Calls body with a value of the compute type: dispatch(dtype, [&](auto t) { using T = decltype(t); ... }).
template <class Body>
decltype(auto) dispatch(DType dtype, Body&& body) {
  return dtype == DType::float64 ? body(double{}) : body(float{});
}

}  // namespace lamella
