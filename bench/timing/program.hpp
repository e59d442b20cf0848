// The frame of a benchmark's main().
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace winodnn::bench {

// `run` returns what the program exits with. A wrong argument (std::invalid_argument) prints the usage as
// well; any exception exits with 2, so that 1 is left for what a benchmark finds.
template <typename Run>
int run_program(const char *name, const char *usage, int argc, char **argv, const Run &run) {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    try {
        return run();
    } catch (const std::invalid_argument &error) {
        std::fprintf(stderr, "%s: %s\n%s", name, error.what(), usage);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: %s\n", name, error.what());
    }
    return 2;
}

} // namespace winodnn::bench
