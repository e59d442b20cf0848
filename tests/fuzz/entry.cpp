// What libFuzzer, or replay.cpp, calls.
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    winodnn::fuzz::input in(data, size);
    winodnn::fuzz::run(in);
    return 0;
}
