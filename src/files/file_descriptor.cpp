#include "files/file_descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace winodnn {

bool file_descriptor::close() {
    const int number = std::exchange(number_, -1);
    // Linux has closed it even if a signal interrupted.
    return number < 0 || ::close(number) == 0 || errno == EINTR;
}

file_descriptor open_file(int folder, const char *name, int flags, mode_t mode) {
    flags |= O_CLOEXEC | O_NOCTTY;
    int number = openat(folder, name, flags, mode);
    while (number < 0 && errno == EINTR) number = openat(folder, name, flags, mode);
    file_descriptor opened(number);
    if (number < 0 || number > STDERR_FILENO) return opened;
    return file_descriptor(fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

} // namespace winodnn
