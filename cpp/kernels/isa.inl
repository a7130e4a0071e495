// Every kernel for the instruction set named LAMELLA_ISA. The flags of the file that includes this let the
// compiler use that instruction set anywhere, so nothing here may be shared with other files: no std:: and no
// inline functions of theirs, all code in an unnamed namespace, one symbol exported
// (tests/cpp/check_symbols.py).
#ifndef LAMELLA_ISA
#error "isa.inl is included by isa_<name>.cpp, which defines LAMELLA_ISA"
#endif
#include "kernels/kernels.h"
//
#include "kernels/activation.inl"
#include "kernels/batch_norm.inl"
#include "kernels/class_losses.inl"
#include "kernels/convert.inl"
#include "kernels/depthwise.inl"
#include "kernels/dropout.inl"
#include "kernels/elementwise.inl"
#include "kernels/gemm.inl"
#include "kernels/losses.inl"
#include "kernels/math.inl"
#include "kernels/matvec.inl"
#include "kernels/noise.inl"
#include "kernels/norms.inl"
#include "kernels/optimizer.inl"
#include "kernels/pool.inl"
#include "kernels/prelu.inl"
#include "kernels/regression_losses.inl"
#include "kernels/row_activations.inl"
#include "kernels/row_norm.inl"
#include "kernels/softmax.inl"
#include "kernels/winograd.inl"

namespace lamella::kernels {
namespace LAMELLA_ISA {
namespace {

template <class T>
constexpr Table<T> table() {
  return {
#define LAMELLA_KERNEL(name, result, arguments) name<T>,
#include "kernels/kernels.inc"
#undef LAMELLA_KERNEL
  };
}

template <class T>
constexpr Kernels::Geometry geometry() {
  return {lanes<T>, kTileRows, kPanel<T>};
}

}  // namespace
}  // namespace LAMELLA_ISA

#define LAMELLA_JOIN(a, b) a##b
#define LAMELLA_SYMBOL(isa) LAMELLA_JOIN(lamella_kernels_, isa)
#define LAMELLA_TEXT(isa) LAMELLA_QUOTE(isa)
#define LAMELLA_QUOTE(isa) #isa

extern "C" const Kernels LAMELLA_SYMBOL(LAMELLA_ISA);
extern "C" const Kernels LAMELLA_SYMBOL(LAMELLA_ISA) = {
    LAMELLA_TEXT(LAMELLA_ISA), LAMELLA_ISA::geometry<float>(), LAMELLA_ISA::geometry<double>(),
    LAMELLA_ISA::table<float>(), LAMELLA_ISA::table<double>()};

}  // namespace lamella::kernels
