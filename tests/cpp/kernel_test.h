// What tests of kernels share: running on every instruction set and type, and reproducible random arrays.
#pragma once
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "kernels/dispatch.h"

namespace lamella::testing {

using kernels::Kernels;
using kernels::Table;

// body(table, T{}) for float and double on every instruction set of this machine.
template <class Body>
void for_each_table(Body body) {
  for (const std::string& isa : kernels::available_isas()) {
    const Kernels& all = kernels::kernels_for(isa);
    context = isa + " float32";
    body(all, float{});
    context = isa + " float64";
    body(all, double{});
  }
}

// How far a kernel may be from the double reference: rounding over a few hundred operations.
template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 2e-5 : 1e-13;

template <class T>
std::vector<T> random_values(int64_t n, double low = -2, double high = 2, unsigned seed = 1) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<T> values(n);
  for (T& x : values) x = static_cast<T>(uniform(engine));
  return values;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// Lengths around the vector widths, with and without tails.
inline const std::vector<int64_t> kLengths = {1,  2,  3,  4,  5,  7,  8,  9,   15, 16,
                                              17, 31, 32, 33, 63, 64, 65, 100, 257};
inline const std::vector<int64_t> kColumns = {1, 2, 3, 4, 5, 8, 10, 15, 16, 17, 33, 64, 70, 100};

}  // namespace lamella::testing
