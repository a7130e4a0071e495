// What the processor offers and the operating system lets us use.
#pragma once

namespace lamella {

struct CpuFeatures {
  bool avx2 = false;    // AVX2 and FMA
  bool avx512 = false;  // AVX-512 F, BW, DQ and VL
  bool neon = false;    // Advanced SIMD, part of every 64-bit Arm
};

CpuFeatures detect_cpu_features();

}  // namespace lamella
