// How often weights are packed, and what for. Programs are expected to pack weights once. Frameworks that
// keep them plain also do so for each new size of a picture, and some settings make that every run: then
// packing takes longer than Winograd saves, and convolutions that are created from then on are better left
// alone. What is counted here decides no more than that: no result depends on it.
#pragma once

#include "weights/weights_layout.hpp"

#include <atomic>
#include <cstdint>

namespace winodnn {

// Of all weights of a layout. Shared by the process, and never destroyed.
struct packing_record {
    weights_layout layout {};
    std::atomic<std::uint64_t> executions {0}; // of convolutions with such weights
};

// nullptr once there are more layouts than a process has: then nothing is counted.
packing_record *packing_record_of(const weights_layout &layout);

// Weights were packed; their identity tells them from others.
void note_packing(const weights_layout &layout, std::uint64_t identity);

// Whether the same weights of the layout were packed again and again, and executed too seldom in between.
bool is_packed_too_often(const weights_layout &layout);

} // namespace winodnn
