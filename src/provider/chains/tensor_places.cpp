#include "provider/chains/tensor_places.hpp"

#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

// The first gap between those that are needed at the same time.
void tensor_places::add(int tensor, std::size_t bytes, int first, int last) {
    const std::size_t rounded = round_up(bytes, tensor_alignment);
    std::size_t begin = 0;
    for (const place &other : places_)
        if (other.first <= last && first <= other.last && begin < other.end && other.begin < begin + rounded)
            begin = other.end;
    const place added {tensor, first, last, begin, begin + rounded};
    places_.insert(std::ranges::upper_bound(places_, added.begin, {}, &place::begin), added);
    bytes_ = std::max(bytes_, added.end);
}

const tensor_places::place *tensor_places::find(int tensor) const {
    const auto found = std::ranges::find(places_, tensor, &place::tensor);
    return found == places_.end() ? nullptr : &*found;
}

} // namespace winodnn
