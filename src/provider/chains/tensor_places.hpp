// Where tensors are that lie between a chain's members: those that are needed at the same time beside each
// other.
#pragma once

#include <cstddef>
#include <vector>

namespace winodnn {

// On cache lines.
constexpr std::size_t tensor_alignment = 64;

class tensor_places {
public:
    // In the order in which they are first written: a tensor that is there from one time to another.
    void add(int tensor, std::size_t bytes, int first, int last);

    bool has(int tensor) const { return find(tensor) != nullptr; }
    std::size_t offset(int tensor) const { return find(tensor)->begin; }
    std::size_t bytes() const { return bytes_; } // of all

private:
    struct place {
        int tensor, first, last;
        std::size_t begin, end;
    };
    const place *find(int tensor) const;

    std::vector<place> places_; // by where they begin
    std::size_t bytes_ = 0;
};

} // namespace winodnn
