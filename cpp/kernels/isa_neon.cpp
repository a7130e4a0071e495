#define LAMELLA_ISA neon
#include "kernels/isa.inl"
