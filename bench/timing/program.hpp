// The frame of a benchmark's main().
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace winodnn::bench {

// `run` returns what the program exits with. A wrong argument (std::invalid_argument) prints the usage as
// well and exits with 2, as any other exception does where 1 is left for what a benchmark finds.
template <typename Run>
int run_program(
        const char *name, const char *usage, int argc, char **argv, const Run &run, int of_other_errors = 2) {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    try {
        return run();
    } catch (const std::invalid_argument &error) {
        std::fprintf(stderr, "%s: %s\n%s", name, error.what(), usage);
        return 2;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: %s\n", name, error.what());
        return of_other_errors;
    }
}

} // namespace winodnn::bench
