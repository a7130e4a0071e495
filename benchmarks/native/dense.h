#pragma once

namespace lamella::benchmarks {

// A dense layer with bias and relu: forward, and the gradients by input and by weights.
void add_dense();

}  // namespace lamella::benchmarks
