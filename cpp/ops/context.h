// What every op gets: the device's table of ops and the device itself. Passed by reference, no singletons.
#pragma once
#include "base/thread_pool.h"

namespace lamella::ops {

struct OpTable;

// What ops run on. Those of a device know what theirs has beyond this.
struct Device {
  const char* name;
  ThreadPool& threads;  // of the host
  int64_t near_bytes;   // of memory that a thread reaches at once: what ops hand to each other should fit
};

// A table and the device its ops were written for.
struct Context {
  const OpTable& ops;
  const Device& device;
};

}  // namespace lamella::ops
