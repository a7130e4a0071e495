// Compiled once per instruction set, like kernels/isa.inl and under the same rules.
#include "test_math.h"
//
#include "kernels/math.inl"

namespace lamella::testing {
namespace {

#define LAMELLA_MATH(name, expression)                \
  template <class T>                                  \
  void name##_array(int64_t n, const T* p, T* y) {    \
    using namespace lamella::kernels::LAMELLA_ISA;    \
    for_each_vector<T>(n, [&](int64_t i, auto span) { \
      const Vec<T> x = load(p + i, span);             \
      store(y + i, expression, span);                 \
    });                                               \
  }
LAMELLA_MATH(exp, exp<T>(x))
LAMELLA_MATH(expm1, expm1<T>(x))
LAMELLA_MATH(log, log<T>(x))
LAMELLA_MATH(log1p, log1p_of_unit<T>(x))
LAMELLA_MATH(sigmoid, sigmoid<T>(x))
LAMELLA_MATH(tanh, tanh(x))
LAMELLA_MATH(softplus, softplus<T>(x))
LAMELLA_MATH(normal, normal(x).probability)
LAMELLA_MATH(gelu, x* normal(x).probability)

template <class T>
constexpr MathTable<T> table() {
  return {exp_array<T>,  expm1_array<T>,    log_array<T>,    log1p_array<T>, sigmoid_array<T>,
          tanh_array<T>, softplus_array<T>, normal_array<T>, gelu_array<T>};
}

}  // namespace

#define LAMELLA_JOIN(a, b) a##b
#define LAMELLA_SYMBOL(isa) LAMELLA_JOIN(lamella_math_, isa)
#define LAMELLA_QUOTE(isa) #isa
#define LAMELLA_TEXT(isa) LAMELLA_QUOTE(isa)
extern "C" const MathTables LAMELLA_SYMBOL(LAMELLA_ISA);
extern "C" const MathTables LAMELLA_SYMBOL(LAMELLA_ISA) = {LAMELLA_TEXT(LAMELLA_ISA), table<float>(),
                                                           table<double>()};

}  // namespace lamella::testing
