// Calls from native code back into Python, and what they hand over: views of native memory.
#pragma once
#include "base/denormals.h"
#include "bindings/convert.h"

namespace lamella::bindings {

// Within a native call: the GIL is taken, and denormals are what Python's arithmetic expects.
class PythonCall {
 private:
  py::gil_scoped_acquire gil_;
  KeepDenormals denormals_;
};

// An object of Python's whose last owner may be native code that does not hold the GIL.
class PythonObject {
 public:
  explicit PythonObject(py::object object) : object_(std::move(object)) {}
  ~PythonObject() {
    const py::gil_scoped_acquire gil;
    object_ = {};
  }
  PythonObject(const PythonObject&) = delete;
  PythonObject& operator=(const PythonObject&) = delete;

  const py::object& get() const { return object_; }

 private:
  py::object object_;
};

// A view of memory as an array, uncopied; valid only during the call it is made for.
py::array view_array(const void* data, const py::dtype& dtype, const Shape& shape, bool writable = false);

// The shape of a batch of outputs: [batch, *row_shape] for a folded view of them.
Shape batch_shape(const TensorView& folded, const Shape& row_shape);

// Targets as they were gathered: values like the outputs, or class indices without the last axis.
py::array target_array(const void* values, const int32_t* labels, DType dtype, const Shape& shape);

}  // namespace lamella::bindings
