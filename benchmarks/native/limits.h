// What the machine can do, measured in the same run as the kernels: multiply-adds and bytes per second.
#pragma once
#include <cstdint>

namespace lamella::benchmarks {

// How a pass uses memory. Bytes count what it reads and writes, not what the caches fetch besides.
enum class Traffic { read, copy, update };

// The loops that are timed, compiled once per instruction set.
struct LimitLoops {
  const char* isa;
  double (*multiply_add)(int64_t repeats);  // returns floating-point operations
  float (*read)(int64_t n, const float* x);
  void (*copy)(int64_t n, const float* x, float* y);
  void (*update)(int64_t n, float* y);
};

// Largest of several slices, for the instruction set in use; measured when first asked for.
double flops_per_second(int threads);
// For a pass that touches so many bytes again and again, on each of the threads.
double bytes_per_second(Traffic traffic, int64_t footprint, int threads = 1);

}  // namespace lamella::benchmarks
