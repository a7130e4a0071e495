// The CPU as a device, which every machine has.
#pragma once
#include <string>
#include <vector>

#include "ops/op_table.h"

namespace lamella::kernels {
struct Kernels;
}

namespace lamella::cpu {

struct Device : ops::Device {
  // With the best instruction set this processor has, or that of LAMELLA_ISA; throws std::invalid_argument
  // where it has none of that name.
  explicit Device(ThreadPool& pool);

  const char* isa() const;

  const kernels::Kernels& kernels;
};

const ops::OpTable& op_table();

// The instruction sets of this build that this processor can run, the best last.
std::vector<std::string> available_isas();

}  // namespace lamella::cpu
