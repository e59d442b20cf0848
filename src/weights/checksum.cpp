#include "weights/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace winodnn {

// FNV-1a over eight interleaved lanes of 64-bit words, so that it runs at memory speed.
std::uint64_t checksum(const void *data, std::size_t bytes, std::uint64_t seed) {
    constexpr std::uint64_t prime = 0x100000001b3ull;
    std::array<std::uint64_t, 8> lanes;
    for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = seed + l;
    const auto *from = static_cast<const char *>(data);
    for (; bytes > 0;) {
        std::array<std::uint64_t, 8> words {};
        const std::size_t taken = std::min(bytes, sizeof(words));
        std::memcpy(words.data(), from, taken);
        for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = (lanes[l] ^ words[l]) * prime;
        from += taken;
        bytes -= taken;
    }
    std::uint64_t sum = seed;
    for (const std::uint64_t lane : lanes) sum = (sum ^ lane ^ lane >> 32) * prime;
    return sum;
}

} // namespace winodnn
