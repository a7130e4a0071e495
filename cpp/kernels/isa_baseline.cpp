#define LAMELLA_ISA baseline
#include "kernels/isa.inl"
