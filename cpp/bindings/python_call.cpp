#include "bindings/python_call.h"

namespace lamella::bindings {

py::array view_array(const void* data, const py::dtype& dtype, const Shape& shape, bool writable) {
  const py::capsule owner(data, [](void*) {});  // without an owner NumPy would copy
  py::array array(dtype, shape, data, owner);
  if (!writable) array.attr("setflags")(py::arg("write") = false);
  return array;
}

Shape batch_shape(int64_t rows, const Shape& row_shape) {
  Shape shape{rows};
  shape.insert(shape.end(), row_shape.begin(), row_shape.end());
  return shape;
}

Shape batch_shape(const TensorView& folded, const Shape& row_shape) {
  const int64_t width = checked_product(row_shape);
  return batch_shape(width == 0 ? 0 : folded.size() / width, row_shape);
}

py::array target_array(const void* values, const int32_t* labels, DType dtype, const Shape& shape) {
  if (labels == nullptr) return view_array(values, numpy_dtype(dtype), shape);
  return view_array(labels, py::dtype::of<int32_t>(), Shape(shape.begin(), shape.end() - 1));
}

std::string type_name(const py::object& object) { return py::str(py::type::of(object)); }

bool copy_returned(const py::object& returned, DType dtype, const Shape& shape, void* to) {
  const py::array array = py::array::ensure(returned);
  if (!array || shape_of(array) != shape) return false;
  view_array(to, numpy_dtype(dtype), shape, true).attr("__setitem__")(py::ellipsis(), array);
  return true;
}

std::string shape_or_type(const py::object& returned) {
  const py::array array = py::array::ensure(returned);
  return array ? "shape " + to_string(shape_of(array)) : type_name(returned);
}

}  // namespace lamella::bindings
