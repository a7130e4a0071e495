// The vector mathematics of one instruction set as passes over arrays, for tests only.
#pragma once
#include <cstdint>

namespace lamella::testing {

extern bool full_sweep;

template <class T>
struct MathTable {
  using Function = void (*)(int64_t n, const T* x, T* y);
  Function exp, expm1, log, log1p, sigmoid, tanh, softplus, normal_probability, gelu;
};

struct MathTables {
  const char* isa;
  MathTable<float> float32;
  MathTable<double> float64;
};

}  // namespace lamella::testing
