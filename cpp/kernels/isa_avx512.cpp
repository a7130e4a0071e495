#define LAMELLA_ISA avx512
#include "kernels/isa.inl"
