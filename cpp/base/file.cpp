#include "base/file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace lamella {

void read_at(int descriptor, int64_t offset, std::span<char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("The file cannot be read: ", std::strerror(errno), ".");
    if (count == 0) fail("The file ends after ", offset, " bytes.");
    offset += count;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

}  // namespace lamella
