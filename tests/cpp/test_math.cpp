// Errors of the vector mathematics in units in the last place, against long double.
#include "test_math.h"

#include <cfloat>
#include <thread>

#include "kernel_test.h"

namespace lamella::testing {

bool full_sweep = false;

#if defined(__x86_64__)
extern "C" const MathTables lamella_math_baseline, lamella_math_avx2, lamella_math_avx512;
#else
extern "C" const MathTables lamella_math_neon;
#endif

namespace {

std::vector<const MathTables*> math_tables() {
  std::vector<const MathTables*> tables;
#if defined(__x86_64__)
  const std::vector<const MathTables*> all = {&lamella_math_baseline, &lamella_math_avx2,
                                              &lamella_math_avx512};
#else
  const std::vector<const MathTables*> all = {&lamella_math_neon};
#endif
  for (const MathTables* table : all)
    for (const std::string& isa : kernels::available_isas())
      if (isa == table->isa) tables.push_back(table);
  return tables;
}

// float32 is checked against double, float64 against long double.
template <class Real>
Real sigmoid(Real x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
template <class Real>
Real softplus(Real x) {
  return std::fmax(x, Real(0)) + std::log1p(std::exp(-std::fabs(x)));
}
template <class Real>
Real normal_probability(Real x) {
  return std::erfc(-x * Real(0.70710678118654752440084436210484903928L)) / 2;
}

template <class T, class Real>
struct Case {
  const char* name;
  typename MathTable<T>::Function MathTable<T>::* function;
  Real (*reference)(Real);
  double low, high;  // where it is checked
  double ulp;        // how far it may be off
};

template <class T, class Real>
std::vector<Case<T, Real>> cases() {
  constexpr bool single = sizeof(T) == 4;
  const double edge = single ? 88 : 709;
  const double infinity = HUGE_VAL;
  return {
      {"exp", &MathTable<T>::exp, [](Real x) { return std::exp(x); }, -infinity, infinity, 2},
      {"expm1", &MathTable<T>::expm1, [](Real x) { return std::expm1(x); }, -infinity, edge - 2,
       single ? 2. : 3.},
      {"log", &MathTable<T>::log, [](Real x) { return std::log(x); }, -infinity, infinity, 2},
      {"log1p", &MathTable<T>::log1p, [](Real x) { return std::log1p(x); }, 0, 1, single ? 2. : 3.},
      {"sigmoid", &MathTable<T>::sigmoid, sigmoid<Real>, -infinity, infinity, single ? 2. : 3.},
      {"tanh", &MathTable<T>::tanh, [](Real x) { return std::tanh(x); }, -infinity, infinity,
       single ? 2. : 4.},
      {"softplus", &MathTable<T>::softplus, softplus<Real>, -infinity, infinity, single ? 2. : 3.},
      {"normal", &MathTable<T>::normal_probability, normal_probability<Real>, single ? -13.0 : -8.0, infinity,
       single ? 3.5 : 100.},
      // Below, the probability is a denormal with few bits.
      {"gelu", &MathTable<T>::gelu, [](Real x) { return x * normal_probability<Real>(x); },
       single ? -12.9 : -8.0, edge, single ? 4. : 100.},
  };
}

// |y - expected| in the distance of neighbouring T around expected; 0 where y is the T nearest to it.
template <class T, class Real>
double ulp_error(T y, Real expected) {
  const T rounded = static_cast<T>(expected);
  if (y == rounded || (std::isnan(y) && std::isnan(rounded))) return 0;
  if (!std::isfinite(y) || !std::isfinite(rounded)) return HUGE_VAL;
  constexpr int digits = sizeof(T) == 4 ? FLT_MANT_DIG : DBL_MANT_DIG;
  constexpr int smallest = sizeof(T) == 4 ? FLT_MIN_EXP : DBL_MIN_EXP;
  const int exponent = rounded == 0 ? smallest : std::max(std::ilogb(rounded) + 1, smallest);
  const Real spacing = std::ldexp(Real(1), exponent - digits);
  return static_cast<double>(std::fabs(static_cast<Real>(y) - expected) / spacing);
}

template <class T>
struct Worst {
  double error = 0;
  T x = 0;

  void include(const Worst& other) {
    if (other.error > error) *this = other;
  }
};

// One function over some values: the reference is computed once for all instruction sets.
template <class T, class Real>
class Sweep {
 public:
  Sweep(const Case<T, Real>& function, const std::vector<const MathTables*>& tables)
      : case_(function), tables_(tables), worst_(tables.size()) {}

  void measure(const std::vector<T>& values) {
    x_.clear();
    for (const T x : values)
      if (!(x < case_.low || x > case_.high)) x_.push_back(x);
    expected_.resize(x_.size());
    y_.resize(x_.size());
    for (size_t i = 0; i < x_.size(); ++i) expected_[i] = case_.reference(x_[i]);
    for (size_t k = 0; k < tables_.size(); ++k) {
      (of_type(*tables_[k]).*case_.function)(static_cast<int64_t>(x_.size()), x_.data(), y_.data());
      for (size_t i = 0; i < x_.size(); ++i)
        worst_[k].include({ulp_error<T, Real>(y_[i], expected_[i]), x_[i]});
    }
  }

  void include(const Sweep& other) {
    for (size_t k = 0; k < worst_.size(); ++k) worst_[k].include(other.worst_[k]);
  }

  void report() const {
    for (size_t k = 0; k < tables_.size(); ++k) {
      const Worst<T>& worst = worst_[k];
      context = std::string(tables_[k]->isa) + " " + case_.name + (sizeof(T) == 4 ? " float32" : " float64");
      if (full_sweep)
        std::printf("       %s: %.3f ulp at %.9g\n", context.c_str(), worst.error, double(worst.x));
      if (worst.error > case_.ulp)
        fail(__FILE__, __LINE__, std::to_string(worst.error) + " ulp at " + std::to_string(worst.x));
    }
  }

 private:
  static const MathTable<T>& of_type(const MathTables& tables) {
    if constexpr (sizeof(T) == 4)
      return tables.float32;
    else
      return tables.float64;
  }

  const Case<T, Real>& case_;
  const std::vector<const MathTables*>& tables_;
  std::vector<Worst<T>> worst_;
  std::vector<T> x_, y_;
  std::vector<Real> expected_;
};

// The float32 of every step-th bit pattern from first up to end.
void measure_patterns(Sweep<float, double>& sweep, uint64_t first, uint64_t end, uint64_t step) {
  constexpr size_t kBlock = 1 << 14;
  std::vector<float> x;
  for (uint64_t pattern = first; pattern < end;) {
    x.clear();
    for (; pattern < end && x.size() < kBlock; pattern += step) {
      const uint32_t bits = static_cast<uint32_t>(pattern);
      float value;
      std::memcpy(&value, &bits, 4);
      x.push_back(value);
    }
    sweep.measure(x);
  }
}

// Every 4099th bit pattern of float32, or every one; the prime step varies exponent, sign and low bits.
TEST(math_float32) {
  constexpr uint64_t kPatterns = uint64_t{1} << 32;
  const uint64_t step = full_sweep ? 1 : 4099;
  const size_t parts = full_sweep ? std::max(1u, std::thread::hardware_concurrency()) : 1;
  const std::vector<const MathTables*> tables = math_tables();
  for (const auto& c : cases<float, double>()) {
    std::vector<Sweep<float, double>> sweeps(parts, {c, tables});
    std::vector<std::thread> threads;
    for (size_t i = 0; i < parts; ++i)  // interleaved: each part has its share of the expensive values
      threads.emplace_back([&, i] { measure_patterns(sweeps[i], i * step, kPatterns, parts * step); });
    for (std::thread& thread : threads) thread.join();
    for (size_t i = 1; i < parts; ++i) sweeps[0].include(sweeps[i]);
    sweeps[0].report();
  }
}

TEST(math_float64) {
  std::vector<double> x = {0.0,      -0.0,   HUGE_VAL, -HUGE_VAL, std::nan(""), DBL_MIN,
                           -DBL_MIN, 5e-324, 1,        -1,        709.7,        -745};
  std::mt19937_64 engine(3);
  const int count = full_sweep ? 3000000 : 20000;
  std::uniform_real_distribution<double> exponent(-70, 11), near(-40, 40), wide(-760, 760);
  for (int i = 0; i < count; ++i) {
    x.push_back(std::exp2(exponent(engine)) * (i % 2 ? 1 : -1));
    x.push_back(near(engine));
    x.push_back(wide(engine));
    const uint64_t bits = engine();
    double any;
    std::memcpy(&any, &bits, 8);
    x.push_back(any);
  }
  const std::vector<const MathTables*> tables = math_tables();
  for (const auto& c : cases<double, long double>()) {
    Sweep<double, long double> sweep(c, tables);
    sweep.measure(x);
    sweep.report();
  }
}

}  // namespace
}  // namespace lamella::testing
