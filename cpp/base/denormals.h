// Denormal numbers cost a hundred cycles each; native calls flush them to zero and put the caller's state
// back.
#pragma once
#include <cstdint>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace lamella {

// The register that says how the thread's floating point numbers are computed, and its bits that flush.
#if defined(__SSE2__)
struct FloatControl {
  static constexpr uint32_t kFlush = 0x8040u;  // FTZ and DAZ
  static uint32_t read() { return _mm_getcsr(); }
  static void write(uint32_t value) { _mm_setcsr(value); }
};
#elif defined(__aarch64__)
struct FloatControl {
  static constexpr uint64_t kFlush = uint64_t{1} << 24;  // FZ
  static uint64_t read() {
    uint64_t value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void write(uint64_t value) { asm volatile("msr fpcr, %0" : : "r"(value)); }
};
#else
struct FloatControl {
  static constexpr uint32_t kFlush = 0;
  static uint32_t read() { return 0; }
  static void write(uint32_t) {}
};
#endif

// While it lives, denormals are flushed, or else are as the IEEE has them.
template <bool flush>
class DenormalsMode {
 public:
  DenormalsMode() : saved_(FloatControl::read()) {
    FloatControl::write(flush ? saved_ | FloatControl::kFlush : saved_ & ~FloatControl::kFlush);
  }
  ~DenormalsMode() { FloatControl::write(saved_); }
  DenormalsMode(const DenormalsMode&) = delete;
  DenormalsMode& operator=(const DenormalsMode&) = delete;

 private:
  decltype(FloatControl::read()) saved_;
};

using FlushDenormals = DenormalsMode<true>;
using KeepDenormals = DenormalsMode<false>;  // for a while, within a native call

}  // namespace lamella
