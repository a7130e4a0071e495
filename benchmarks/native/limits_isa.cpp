// Compiled once per instruction set, like kernels/isa.inl and under the same rules.
#include "limits.h"
//
#include "kernels/vec.h"

namespace lamella::benchmarks {
namespace {

using namespace lamella::kernels::LAMELLA_ISA;

constexpr int kAccumulators = 12;  // more than latency times throughput asks for, fewer than registers

double multiply_add(int64_t repeats) {
  Vec<float> sum[kAccumulators];
  for (int i = 0; i < kAccumulators; ++i) sum[i] = splat(0.001f * static_cast<float>(i));
  const Vec<float> factor = splat(0.9999999f), addend = splat(1e-7f);
  for (int64_t k = 0; k < repeats; ++k) {
#pragma GCC unroll 12
    for (int i = 0; i < kAccumulators; ++i) sum[i] = mul_add(sum[i], factor, addend);
  }
  for (int i = 1; i < kAccumulators; ++i) sum[0] += sum[i];
  volatile float sink = sum[0][0];
  (void)sink;
  return 2.0 * kAccumulators * lanes<float> * static_cast<double>(repeats);
}

constexpr int kStep = 4 * lanes<float>;

float read(int64_t n, const float* x) {
  Vec<float> sum[4] = {};
  for (int64_t i = 0; i + kStep <= n; i += kStep)
    for (int j = 0; j < 4; ++j) sum[j] += load(x + i + j * lanes<float>);
  return (sum[0] + sum[1] + sum[2] + sum[3])[0];
}

void copy(int64_t n, const float* x, float* y) {
  for (int64_t i = 0; i + kStep <= n; i += kStep)
    for (int j = 0; j < 4; ++j) store(y + i + j * lanes<float>, load(x + i + j * lanes<float>));
}

void update(int64_t n, float* y) {
  for (int64_t i = 0; i + kStep <= n; i += kStep)
    for (int j = 0; j < 4; ++j) {
      float* at = y + i + j * lanes<float>;
      store(at, load(at) + 1.0f);
    }
}

}  // namespace

#define LAMELLA_JOIN(a, b) a##b
#define LAMELLA_SYMBOL(isa) LAMELLA_JOIN(lamella_limits_, isa)
#define LAMELLA_QUOTE(isa) #isa
#define LAMELLA_TEXT(isa) LAMELLA_QUOTE(isa)
extern "C" const LimitLoops LAMELLA_SYMBOL(LAMELLA_ISA);
extern "C" const LimitLoops LAMELLA_SYMBOL(LAMELLA_ISA) = {LAMELLA_TEXT(LAMELLA_ISA), multiply_add, read,
                                                           copy, update};

}  // namespace lamella::benchmarks
