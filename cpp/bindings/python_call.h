// Calls from native code back into Python, and what they hand over: copies, which Python may keep.
#pragma once
#include "base/denormals.h"
#include "bindings/convert.h"
#include "bindings/gil.h"

namespace lamella::bindings {

// Within a native call: the GIL is taken, and denormals are what Python's arithmetic expects.
class PythonCall {
 private:
  GilTaken gil_;
  KeepDenormals denormals_;
};

// An object of Python's whose last owner may be native code that does not hold the GIL.
class PythonObject {
 public:
  explicit PythonObject(py::object object) : object_(std::move(object)) {}
  ~PythonObject() {
    const GilTaken gil;
    object_ = {};
  }
  PythonObject(const PythonObject&) = delete;
  PythonObject& operator=(const PythonObject&) = delete;

  const py::object& get() const { return object_; }

 private:
  py::object object_;
};

// Calls Python; its exception is thrown.
py::object call(const py::object& function, const py::tuple& arguments, const py::dict& by_name = {});

// The shape of a batch: [rows, *row_shape]; of a folded view it is told how many rows there are.
Shape batch_shape(int64_t rows, const Shape& row_shape);
Shape batch_shape(const TensorView& folded, const Shape& row_shape);

// Copies of targets as they were gathered: values like the outputs, or class indices without the last axis.
py::array target_array(const void* values, const void* labels, DType dtype, const Shape& shape);

std::string type_name(const py::object& object);

// Copies what Python returned into native memory, converting its type; false where it is no array of this
// shape.
bool copy_returned(const py::object& returned, DType dtype, const Shape& shape, void* to);

// What came instead, for the message: "shape (2, 3)", or the type of what is no array.
std::string shape_or_type(const py::object& returned);

}  // namespace lamella::bindings
