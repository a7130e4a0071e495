#include "bindings/python_call.h"

namespace lamella::bindings {

py::object call(const py::object& function, const py::tuple& arguments, const py::dict& by_name) {
  PyObject* returned =
      unless_python_ends([&] { return PyObject_Call(function.ptr(), arguments.ptr(), by_name.ptr()); });
  if (returned == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(returned);
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

py::array target_array(const void* values, const void* labels, DType dtype, const Shape& shape) {
  if (labels == nullptr) return copy_to_array(values, dtype, shape);
  return py::array_t<int32_t>(Shape(shape.begin(), shape.end() - 1), static_cast<const int32_t*>(labels));
}

std::string type_name(const py::object& object) { return py::str(py::type::of(object)); }

bool copy_returned(const py::object& returned, DType dtype, const Shape& shape, void* to) {
  const py::array array = py::array::ensure(returned);
  if (!array || shape_of(array) != shape) return false;
  dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    const py::array_t<T, py::array::c_style | py::array::forcecast> values(array);
    std::memcpy(to, values.data(), static_cast<size_t>(values.nbytes()));
  });
  return true;
}

std::string shape_or_type(const py::object& returned) {
  const py::array array = py::array::ensure(returned);
  return array ? "shape " + to_string(shape_of(array)) : type_name(returned);
}

}  // namespace lamella::bindings
