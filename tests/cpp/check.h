// The whole test framework: TEST registers a function, CHECK and check_close count and report failures.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace lamella::testing {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int failures = 0;
inline std::string context;  // what a failure's message starts with, such as the instruction set

struct Register {
  Register(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

inline void fail(const char* file, int line, const std::string& message) {
  constexpr int kShown = 40;
  if (++failures <= kShown) std::printf("%s:%d: %s: %s\n", file, line, context.c_str(), message.c_str());
}

// |actual - expected| <= tolerance * max(1, |expected|); infinities and not-a-numbers must agree.
inline bool close(double actual, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (std::isinf(expected)) return actual == expected;
  return std::abs(actual - expected) <= tolerance * std::fmax(1.0, std::abs(expected));
}

// Runs the tests of these names, or all; returns the exit status.
inline int run_tests(const std::vector<std::string>& wanted) {
  for (const Test& test : tests()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), test.name) == wanted.end()) continue;
    const int before = failures;
    context = test.name;
    test.run();
    std::printf("%s %s\n", failures == before ? "ok    " : "FAILED", test.name);
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace lamella::testing

#define TEST(name)                                                      \
  static void name();                                                   \
  static const lamella::testing::Register register_##name(#name, name); \
  static void name()

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) lamella::testing::fail(__FILE__, __LINE__, #condition); \
  } while (false)

#define CHECK_CLOSE(actual, expected, tolerance)                                            \
  do {                                                                                      \
    const double actual_ = (actual), expected_ = (expected);                                \
    if (!lamella::testing::close(actual_, expected_, tolerance))                            \
      lamella::testing::fail(                                                               \
          __FILE__, __LINE__,                                                               \
          #actual " is " + std::to_string(actual_) + ", not " + std::to_string(expected_)); \
  } while (false)
