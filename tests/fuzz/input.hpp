// Choices, taken from a fuzzer's bytes; zeros when they are used up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace winodnn::fuzz {

class input {
public:
    input(const std::uint8_t *data, std::size_t size) : next_(data), end_(data + size) {}

    unsigned byte() { return next_ == end_ ? 0 : *next_++; }
    unsigned pick(unsigned count) { return byte() % count; }
    bool one_in(unsigned count) { return pick(count) == count - 1; } // not when the bytes are used up
    bool empty() const { return next_ == end_; }
    template <typename T>
    T any_of(std::initializer_list<T> list) {
        return list.begin()[pick(unsigned(list.size()))];
    }

private:
    const std::uint8_t *next_, *end_;
};

// What a target does with an input: each defines its own.
void run(input &in);

} // namespace winodnn::fuzz
