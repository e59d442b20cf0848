#include "run/source_promise.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace winodnn {

namespace {

// Fewer bytes than this for each thread are looked at faster than threads are woken.
constexpr dim least_bytes_of_thread = 64 * 1024;
// After so many a broken promise is noticed.
constexpr dim bytes_at_once = 16 * 1024;

// Bits of values + offset, modulo 2^8 and 2^16. Plain loops: compilers have vectors for them. Several at a
// time, because one would wait for itself.
unsigned bits_of(const std::uint8_t *values, dim count, std::uint8_t offset) {
    std::array<std::uint8_t, 64> lanes {};
    dim i = 0;
    for (; i + std::ssize(lanes) <= count; i += std::ssize(lanes))
        for (dim l = 0; l < std::ssize(lanes); ++l)
            lanes[l] |= static_cast<std::uint8_t>(values[i + l] + offset);
    std::uint8_t bits = 0;
    for (; i < count; ++i) bits |= static_cast<std::uint8_t>(values[i] + offset);
    for (const std::uint8_t lane : lanes) bits |= lane;
    return bits;
}

template <typename T>
unsigned bits_of_differences(
        const T *values, const std::int16_t *zero_points, dim count, std::uint16_t offset) {
    std::uint16_t bits = 0;
    for (dim i = 0; i < count; ++i) bits |= static_cast<std::uint16_t>(values[i] - zero_points[i] + offset);
    return bits;
}

class source_bits {
public:
    source_bits(const problem &p, int promised, const run_args &args, const std::int16_t *zero_points)
        : p_(p), range_(in_bits(source_range(p), promised)),
          src_(static_cast<const std::uint8_t *>(args.src)), zero_points_(zero_points) {}

    // Neighbouring values in memory, of one row of pixels or of one pixel.
    dim runs() const { return p_.mb * p_.ih * (is_dense() ? 1 : p_.iw); }

    bool keeps(dim run) const {
        const nhwc_strides s = p_.src_strides();
        const dim pixels = is_dense() ? 1 : p_.iw, row = run / pixels;
        const dim first = row / p_.ih * s.n + row % p_.ih * s.h + run % pixels * s.w;
        return is_dense() ? keeps(first, p_.iw * p_.ic) : keeps(first, p_.ic);
    }

private:
    // With zero points, which are one a channel, a run is a pixel.
    bool is_dense() const { return p_.src_strides().w == p_.ic && !p_.src_zero_point; }

    bool keeps(dim first, dim count) const {
        for (dim i = 0; i < count; i += bytes_at_once)
            if (bits(first + i, i, std::min(count - i, bytes_at_once))
                    > static_cast<unsigned>(range_.hi - range_.lo))
                return false;
        return true;
    }

    // The range is 2^n values: what is outside has a bit that none inside has.
    unsigned bits(dim at, dim channel, dim count) const {
        if (!p_.src_zero_point) return bits_of(src_ + at, count, static_cast<std::uint8_t>(-range_.lo));
        const auto offset = static_cast<std::uint16_t>(-range_.lo);
        if (p_.src == data_type::u8)
            return bits_of_differences(src_ + at, zero_points_ + channel, count, offset);
        return bits_of_differences(
                reinterpret_cast<const std::int8_t *>(src_) + at, zero_points_ + channel, count, offset);
    }

    const problem &p_;
    const value_range range_;
    const std::uint8_t *src_;
    const std::int16_t *zero_points_;
};

} // namespace

bool keeps_promise(const problem &p, int source_bits_promised, const workspace &space, const run_args &args,
        const std::byte *scratchpad, const thread_team &team) {
    const source_bits source(p, source_bits_promised, args,
            reinterpret_cast<const std::int16_t *>(scratchpad + space.src_zero_points_offset));
    const dim bytes = p.mb * p.ih * p.iw * p.ic;
    const int tasks = static_cast<int>(
            std::clamp<dim>(bytes / least_bytes_of_thread, 1, std::min<dim>(team.size(), source.runs())));
    std::atomic<bool> broken {false};
    team.run(tasks, [&](int task) {
        const dim end = source.runs() * (task + 1) / tasks;
        for (dim run = source.runs() * task / tasks; run < end; ++run)
            if (!source.keeps(run)) return broken.store(true, std::memory_order_relaxed);
    });
    return !broken.load(std::memory_order_relaxed);
}

} // namespace winodnn
