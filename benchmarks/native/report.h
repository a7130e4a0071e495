// The table: a row a benchmark, with the share of the limit that was measured beside it.
#pragma once
#include <benchmark/benchmark.h>

#include <string>

namespace lamella::benchmarks {

enum class Unit { flops, bytes };

// A benchmark's name: what the table shows in its first three columns.
std::string row_name(const std::string& kernel, const std::string& shape, int threads);

// Work of one iteration, and what the machine could do in a second.
void set_rate(benchmark::State& state, Unit unit, double work, double limit);

class TableReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

}  // namespace lamella::benchmarks
