// Convolutions, their input gradients and their weight gradients.
#pragma once

namespace lamella::benchmarks {

void add_conv();

}  // namespace lamella::benchmarks
