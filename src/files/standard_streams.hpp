// What winodnn says to the user.
#pragma once

namespace winodnn {

// A process can be started with stdout or stderr closed. The first file that the program then opens, its data
// perhaps, gets the number: nothing is printed to those that were closed when this library was loaded.

// They cannot fail, and allocate nothing.
[[gnu::format(printf, 1, 2)]] void print_to_stderr(const char *format, ...);
[[gnu::format(printf, 1, 2)]] void print_to_stdout(const char *format, ...);

} // namespace winodnn
