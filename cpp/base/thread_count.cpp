// How many threads this process may use.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

#include "base/thread_pool.h"

namespace lamella {

namespace {

// The number in an environment variable, 0 where it is unset or not a positive number.
int positive_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return 0;
  const long value = std::strtol(text, nullptr, 10);
  return value > 0 && value <= 1024 ? static_cast<int>(value) : 0;
}

int affinity_count() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Cores granted by a cgroup quota (rounded up), 0 without a quota. Version 2: "max 100000" or "150000
// 100000".
int cgroup_quota() {
  double quota = 0, period = 0;
  std::string text;
  if (std::ifstream file("/sys/fs/cgroup/cpu.max"); file >> text >> period) {
    quota = text == "max" ? 0 : std::atof(text.c_str());
  } else {
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  }
  if (quota <= 0 || period <= 0) return 0;
  return std::max(1, static_cast<int>((quota + period - 1) / period));
}

}  // namespace

int default_thread_count() {
  for (const char* name : {"LAMELLA_NUM_THREADS", "OMP_NUM_THREADS"}) {
    if (const int count = positive_from_environment(name)) return count;
  }
  const int quota = cgroup_quota();
  return quota > 0 ? std::min(quota, affinity_count()) : affinity_count();
}

}  // namespace lamella
