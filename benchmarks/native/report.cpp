#include "report.h"

#include <cstdio>

#include "kernels/dispatch.h"
#include "limits.h"

namespace lamella::benchmarks {

namespace {

constexpr char kSeparator = '|';

double counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  const auto found = run.counters.find(name);
  return found == run.counters.end() ? 0 : found->second.value;
}

std::string cell(const std::string& name, size_t index) {
  size_t begin = 0;
  for (; index > 0; --index) begin = name.find(kSeparator, begin) + 1;
  return name.substr(begin, name.find(kSeparator, begin) - begin);
}

}  // namespace

std::string row_name(const std::string& kernel, const std::string& shape, int threads) {
  return kernel + kSeparator + shape + kSeparator + std::to_string(threads) + kSeparator;
}

void set_rate(benchmark::State& state, Unit unit, double work, double limit) {
  state.counters[unit == Unit::flops ? "flops" : "bytes"] =
      benchmark::Counter(work, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["limit"] = limit;
}

bool TableReporter::ReportContext(const Context&) {
  std::printf("instruction set: %s\n", kernels::select_kernels().isa);
  std::printf("multiply-adds, GFLOP/s: %.1f on one thread, %.1f on two\n", flops_per_second(1) / 1e9,
              flops_per_second(2) / 1e9);
  std::printf("memory, GB/s on one thread, and on two (read / copy / update in place):\n");
  for (const auto& [name, bytes] :
       {std::pair{"64 KB", int64_t{1} << 16}, std::pair{"1 MB", int64_t{1} << 20},
        std::pair{"8 MB", int64_t{1} << 23}, std::pair{"256 MB", int64_t{1} << 28}}) {
    std::printf("  %-7s", name);
    for (int threads : {1, 2})
      for (Traffic traffic : {Traffic::read, Traffic::copy, Traffic::update})
        std::printf(" %6.1f", bytes_per_second(traffic, bytes, threads) / 1e9);
    std::printf("\n");
  }
  std::printf("\n%-34s %-16s %7s %9s %-8s %6s  %s\n", "kernel", "shape", "threads", "rate", "", "limit", "");
  return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const std::string name = run.run_name.function_name;
    const auto print_start = [&] {
      std::printf("%-34s %-16s %7s ", cell(name, 0).c_str(), cell(name, 1).c_str(), cell(name, 2).c_str());
    };
    if (run.error_occurred) {
      print_start();
      std::printf("FAILED: %s\n", run.error_message.c_str());
      failed_ = true;
    } else if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median") {
      const bool flops = run.counters.contains("flops");
      const double rate = counter(run, flops ? "flops" : "bytes");
      print_start();
      std::printf("%9.1f %-8s %5.0f %% ", rate / 1e9, flops ? "GFLOP/s" : "GB/s",
                  100 * rate / counter(run, "limit"));
      std::printf(" %.6g us",
                  run.GetAdjustedRealTime() * 1e6 / benchmark::GetTimeUnitMultiplier(run.time_unit));
      if (run.counters.contains("read"))
        std::printf(" reads %.0f, writes %.0f bytes", counter(run, "read"), counter(run, "written"));
      if (run.counters.contains("rival"))
        std::printf(" other %.1f GFLOP/s, time ratio %.2f", counter(run, "rival") / 1e9,
                    counter(run, "ratio"));
      std::printf("\n");
    }
    std::fflush(stdout);
  }
}

}  // namespace lamella::benchmarks
