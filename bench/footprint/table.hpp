// The tables of docs/footprint.md.
#pragma once

#include "footprint/measurement.hpp"

#include <span>
#include <string>
#include <vector>

namespace winodnn::bench {

struct table_row {
    std::string network, mode;
    std::vector<footprint> processes; // one each, not empty
};

// Markdown, of memory or of times, in milliseconds. Figures are medians over the processes.
std::string table_of(std::span<const table_row> rows, bool of_memory);

// How far the time to the first result of a process was from its row's median at most, as a share.
double largest_deviation(std::span<const table_row> rows);

} // namespace winodnn::bench
