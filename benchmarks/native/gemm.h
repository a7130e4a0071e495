#pragma once
#include <string>

namespace lamella::benchmarks {

// C = A B, packing included, alone and in turns with OpenBLAS and MKL where their libraries are given.
void add_gemm(const std::string& openblas, const std::string& mkl);

}  // namespace lamella::benchmarks
