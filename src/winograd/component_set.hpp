// A set of a tile's components.
#pragma once

#include "problem/limits.hpp"

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>

namespace winodnn {

class component_set {
public:
    static constexpr int bits_of_word = 64, words_used = most_components / bits_of_word;
    using words = std::array<std::uint64_t, words_used>; // bit c % 64 of word c / 64: component c
    static_assert(most_components % bits_of_word == 0);

    constexpr component_set() = default;
    constexpr explicit component_set(std::uint64_t low) : bits_ {low} {}
    constexpr explicit component_set(const words &bits) : bits_(bits) {}

    static constexpr component_set first(int count) {
        component_set s;
        for (int c = 0; c < count; ++c) s.insert(c);
        return s;
    }

    auto operator<=>(const component_set &) const = default;

    constexpr bool contains(int component) const {
        return (bits_[static_cast<std::size_t>(component / bits_of_word)] >> component % bits_of_word & 1)
               != 0;
    }
    constexpr void insert(int component) {
        bits_[static_cast<std::size_t>(component / bits_of_word)] |= std::uint64_t {1}
                                                                     << component % bits_of_word;
    }
    constexpr void insert(const component_set &others) {
        for (std::size_t w = 0; w < bits_.size(); ++w) bits_[w] |= others.bits_[w];
    }
    constexpr int count() const {
        int sum = 0;
        for (const std::uint64_t word : bits_) sum += std::popcount(word);
        return sum;
    }
    constexpr bool empty() const { return count() == 0; }
    constexpr component_set operator&(const component_set &other) const {
        component_set both = other;
        for (std::size_t w = 0; w < bits_.size(); ++w) both.bits_[w] &= bits_[w];
        return both;
    }
    constexpr bool is_within(const component_set &other) const { return (*this & other) == *this; }
    constexpr const words &bits() const { return bits_; }

private:
    words bits_ {};
};

// For the names of kernels: the words, last first.
inline std::string spelled(const component_set &s) {
    std::string text;
    for (const std::uint64_t word : s.bits()) text = std::to_string(word) + (text.empty() ? "" : "_" + text);
    return text;
}

} // namespace winodnn
