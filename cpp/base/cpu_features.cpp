#include "base/cpu_features.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace lamella {

#if defined(__x86_64__)
namespace {

// Extended control register 0: which registers the operating system saves when it switches threads.
uint64_t saved_state() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

bool all_of(uint64_t value, uint64_t bits) { return (value & bits) == bits; }

}  // namespace

// Bit numbers: Intel 64 Software Developer's Manual, volume 2, CPUID; volume 1, 13.1 for the saved state.
CpuFeatures detect_cpu_features() {
  constexpr uint32_t kFma = 1u << 12, kOsXsave = 1u << 27, kAvx = 1u << 28;  // leaf 1, ecx
  constexpr uint32_t kAvx2 = 1u << 5, kF = 1u << 16, kDq = 1u << 17, kBw = 1u << 30,
                     kVl = 1u << 31;  // leaf 7, ebx
  constexpr uint64_t kYmmState = 0x6, kZmmState = 0xe6;

  CpuFeatures features;
  uint32_t eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !all_of(ecx, kFma | kOsXsave | kAvx)) return features;
  const uint64_t saved = saved_state();
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !all_of(saved, kYmmState)) return features;
  features.avx2 = all_of(ebx, kAvx2);
  features.avx512 = features.avx2 && all_of(ebx, kF | kDq | kBw | kVl) && all_of(saved, kZmmState);
  return features;
}
#elif defined(__aarch64__)
CpuFeatures detect_cpu_features() { return {.neon = true}; }
#else
CpuFeatures detect_cpu_features() { return {}; }
#endif

}  // namespace lamella
