#include "files/standard_streams.hpp"

#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace winodnn {

namespace {

struct open_streams {
    bool out = fcntl(STDOUT_FILENO, F_GETFD) >= 0, err = fcntl(STDERR_FILENO, F_GETFD) >= 0;
};

const open_streams &at_start() {
    static const open_streams streams;
    return streams;
}

// Not when somebody first prints: by then the numbers may be in use again.
[[maybe_unused]] const open_streams &looked_at_when_loaded = at_start();

} // namespace

void print_to_stderr(const char *format, ...) {
    if (!at_start().err) return;
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
}

void print_to_stdout(const char *format, ...) {
    if (!at_start().out) return;
    va_list arguments;
    va_start(arguments, format);
    std::vprintf(format, arguments);
    va_end(arguments);
    std::fflush(stdout); // lines of a program that crashes later are the ones that are wanted
}

} // namespace winodnn
