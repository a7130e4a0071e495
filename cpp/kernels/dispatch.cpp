#include "kernels/dispatch.h"

#include <cstdlib>
#include <stdexcept>

#include "base/cpu_features.h"

namespace lamella::kernels {

#if defined(__x86_64__)
extern "C" const Kernels lamella_kernels_avx512, lamella_kernels_avx2, lamella_kernels_baseline;
#else
extern "C" const Kernels lamella_kernels_neon;
#endif

namespace {

// From the plainest to the best.
std::vector<const Kernels*> available() {
  const CpuFeatures cpu = detect_cpu_features();
  std::vector<const Kernels*> tables;
#if defined(__x86_64__)
  tables.push_back(&lamella_kernels_baseline);
  if (cpu.avx2) tables.push_back(&lamella_kernels_avx2);
  if (cpu.avx512) tables.push_back(&lamella_kernels_avx512);
#else
  if (cpu.neon) tables.push_back(&lamella_kernels_neon);
#endif
  return tables;
}

const Kernels& find(const std::string& isa, const std::string& named_by) {
  std::string names;
  for (const Kernels* table : available()) {
    if (isa == table->isa) return *table;
    names += (names.empty() ? "" : ", ") + std::string(table->isa);
  }
  throw std::invalid_argument(named_by + " must name an instruction set this build and processor have: " +
                              names + ". Received: '" + isa + "'.");
}

}  // namespace

const Kernels& select_kernels() {
  static const Kernels& selected = []() -> const Kernels& {
    const char* wanted = std::getenv("LAMELLA_ISA");
    return wanted && *wanted ? find(wanted, "The environment variable LAMELLA_ISA") : *available().back();
  }();
  return selected;
}

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const Kernels* table : available()) names.push_back(table->isa);
  return names;
}

const Kernels& kernels_for(const std::string& isa) { return find(isa, "isa"); }

}  // namespace lamella::kernels
