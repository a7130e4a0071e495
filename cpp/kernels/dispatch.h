// The choice of an instruction set, made once: the best this processor has, or LAMELLA_ISA from the
// environment.
#pragma once
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace lamella::kernels {

// Throws std::invalid_argument when LAMELLA_ISA names what is unknown or not supported here.
const Kernels& select_kernels();

// The instruction sets of this build that this processor can run, the best last.
std::vector<std::string> available_isas();

// The table of one of available_isas(); throws std::invalid_argument for every other name.
const Kernels& kernels_for(const std::string& isa);

}  // namespace lamella::kernels
