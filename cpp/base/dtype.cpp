#include "base/dtype.h"

#include "base/error.h"

namespace lamella {

int64_t size_of(DType dtype) {
  switch (dtype) {
    case DType::boolean:
    case DType::uint8:
    case DType::int8:
      return 1;
    case DType::uint16:
    case DType::int16:
    case DType::float16:
      return 2;
    case DType::uint32:
    case DType::int32:
    case DType::float32:
      return 4;
    case DType::uint64:
    case DType::int64:
    case DType::float64:
      return 8;
    case DType::longdouble:
      return sizeof(long double);
  }
  return 0;
}

const char* name_of(DType dtype) {
  static const char* const names[] = {"bool",    "uint8",   "int8",      "uint16", "int16",
                                      "uint32",  "int32",   "uint64",    "int64",  "float16",
                                      "float32", "float64", "longdouble"};
  return names[static_cast<int>(dtype)];
}

DType compute_dtype(const std::string& name) {
  if (name == "float32") return DType::float32;
  if (name == "float64") return DType::float64;
  fail("Models compute in float32 or float64. Received: dtype='", name, "'.");
}

}  // namespace lamella
