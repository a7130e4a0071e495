// What the module's objects share: the device they run on, and its ops.
#pragma once
#include "base/denormals.h"
#include "bindings/gil.h"
#include "cpu/device.h"
#include "engine/plan.h"

namespace lamella::bindings {

// Made when the module is imported; lives as long as the process.
const ops::Context& runtime();

// The instruction set in use.
const char* isa();

// Looks for signals (Ctrl-C) every 50 ms, taking the GIL for it; a handler's exception leaves the native
// call.
engine::Poll poll_signals();

// A native call: no GIL, denormals flushed to zero.
class NativeCall {
 private:
  GilReleased released_;
  FlushDenormals flush_;
};

}  // namespace lamella::bindings
