#include "cpu/device.h"

#include "cpu/machine.h"
#include "kernels/dispatch.h"

namespace lamella::cpu {

Device::Device(ThreadPool& pool) : ops::Device{"cpu", pool, kNearBytes}, kernels(kernels::select_kernels()) {}

const char* Device::isa() const { return kernels.isa; }

std::vector<std::string> available_isas() { return kernels::available_isas(); }

}  // namespace lamella::cpu
