// lamella_native_benchmarks [--benchmark_filter=REGEX] [OPENBLAS] [MKL]: the paths of rivals' libraries.
#include "conv.h"
#include "dense.h"
#include "gemm.h"
#include "kernel_case.h"
#include "report.h"

int main(int argc, char** argv) {
  using namespace lamella::benchmarks;
  benchmark::Initialize(&argc, argv);
  add_gemm(argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "");
  add_dense();
  add_conv();
  add_activation_cases();
  add_elementwise_cases();
  add_loss_cases();
  add_random_cases();
  add_optimizer_cases();
  TableReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.failed() ? 1 : 0;
}
