// A hash of bytes, to notice corruption and to tell weights from other weights. Not against malice.
#pragma once

#include <cstddef>
#include <cstdint>

namespace winodnn {

std::uint64_t checksum(const void *data, std::size_t bytes, std::uint64_t seed);

} // namespace winodnn
