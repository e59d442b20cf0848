#include "weights/block_header.hpp"

#include "weights/block_format.hpp"
#include "weights/checksum.hpp"
#include "weights/exactness.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace winodnn {

namespace {

const std::byte *ends_of(const void *group) {
    return static_cast<const std::byte *>(group) + weights_layout::ends_offset;
}

std::uint64_t checksum_of(const group_header &h, const weights_layout &layout, const void *group) {
    const std::uint64_t own = checksum(&h, offsetof(group_header, header_checksum), block_magic);
    return checksum(ends_of(group), layout.header_bytes() - weights_layout::ends_offset, own);
}

bool are_numbers(const weights_layout &layout, std::uint64_t quantized, const component_set &wide) {
    if (quantized == 0) return wide.empty();
    return quantized == 1 && wide.is_within(all_components(layout.shape())) && can_be_quantized(layout);
}

// The kernels take parts of whole steps, and only what has to be split has room for sums of parts.
bool are_parts(const weights_layout &layout, bool quantized, std::uint32_t count, const void *group) {
    const std::size_t most = quantized || !may_split(layout) ? 1 : layout.part_capacity();
    if (count < 1 || count > most) return false;
    const dim step = layout.part_step();
    dim begin = 0;
    for (std::uint32_t part = 0; part < count; ++part) {
        const dim end = part_end(group, part);
        if (end <= begin || end % step != 0) return false;
        begin = end;
    }
    return begin == layout.padded_ic();
}

const char *problem_of(const weights_layout &layout, const group_header &h, const void *group) {
    if (h.magic != block_magic) return "the weights were not packed by winodnn's reorder";
    if (h.version != block_version) return "the weights were packed by another version of winodnn";
    if (h.layout[0] != layout.code() || h.layout[1] != layout.ic || h.layout[2] != layout.oc)
        return "the weights were packed for another convolution";
    const std::int64_t most_sum = layout.ic * layout.taps() * 128;
    if (h.header_checksum != checksum_of(h, layout, group)
            || !are_numbers(layout, h.quantized, component_set(h.wide))
            || h.layout[3]
                       != static_cast<std::int64_t>(
                               layout.used_bytes(number_system {h.quantized != 0, component_set(h.wide)}))
            || h.largest_sum < 0 || h.largest_sum > most_sum
            || !are_parts(layout, h.quantized != 0, h.parts, group))
        return "the packed weights' header is corrupt";
    return nullptr;
}

std::uint64_t identity_of_group(const weights_layout &layout, const std::int8_t *weights) {
    const std::int64_t dims[] = {layout.oc, layout.ic, layout.shape().taps.rows};
    return checksum(weights, static_cast<std::size_t>(layout.filters() * layout.taps()),
            checksum(dims, sizeof(dims), block_magic));
}

// Adds a group's value to that of those before it.
std::uint64_t folded(std::uint64_t before, std::uint64_t value) {
    return before * 0x100000001b3ull + value;
}

} // namespace

group_header read_group_header(const void *group) {
    group_header h;
    std::memcpy(&h, group, sizeof(h));
    return h;
}

void write_group_header(const weights_layout &layout, group_header h, void *group) {
    h.header_checksum = checksum_of(h, layout, group);
    std::memcpy(group, &h, sizeof(h));
}

std::uint64_t payload_checksum_of(
        const weights_layout &layout, const number_system &numbers, const void *group) {
    return checksum(packed_payload(layout, group), layout.used_bytes(numbers), block_magic);
}

std::uint64_t identity_of(const weights_layout &layout, const std::int8_t *weights) {
    std::uint64_t identity = 0;
    for (dim g = 0; g < layout.group_count(); ++g)
        identity =
                folded(identity, identity_of_group(layout, weights + g * layout.filters() * layout.taps()));
    return identity;
}

void write_header(const weights_layout &layout, const number_system &numbers, const std::int8_t *weights,
        const exact_split &split, void *group) {
    std::memset(group, 0, layout.header_bytes());
    std::memcpy(static_cast<std::byte *>(group) + weights_layout::ends_offset, split.ends.data(),
            split.ends.size() * sizeof(split.ends[0]));
    group_header h {};
    h.magic = block_magic;
    h.version = block_version;
    h.parts = static_cast<std::uint32_t>(split.ends.size());
    h.layout[0] = layout.code();
    h.layout[1] = layout.ic;
    h.layout[2] = layout.oc;
    h.layout[3] = static_cast<std::int64_t>(layout.used_bytes(numbers));
    h.quantized = numbers.quantized;
    h.wide = numbers.wide.bits();
    h.identity = identity_of_group(layout, weights);
    h.largest_sum = split.largest_sum;
    h.payload_checksum = payload_checksum_of(layout, numbers, group);
    write_group_header(layout, h, group);
}

block_check check_header(const weights_layout &layout, const void *data) {
    block_check result;
    packed_block &block = result.block;
    block.data = data;
    block.largest_sum = 0;
    for (dim g = 0; g < layout.group_count(); ++g) {
        const void *group = packed_group(layout, data, g);
        const group_header h = read_group_header(group);
        const number_system numbers {h.quantized != 0, component_set(h.wide)};
        result.problem = problem_of(layout, h, group);
        if (result.problem == nullptr && g > 0 && numbers != block.numbers)
            result.problem = "the packed weights' groups do not belong together";
        if (result.problem != nullptr) return result;
        block.numbers = numbers;
        block.identity = folded(block.identity, h.identity);
        block.content = folded(block.content, h.payload_checksum);
        block.largest_sum = std::max(block.largest_sum, h.largest_sum);
    }
    return result;
}

block_check check_block(const weights_layout &layout, const void *data) {
    block_check result = check_header(layout, data);
    for (dim g = 0; result.problem == nullptr && g < layout.group_count(); ++g) {
        const void *group = packed_group(layout, data, g);
        if (read_group_header(group).payload_checksum
                != payload_checksum_of(layout, result.block.numbers, group))
            result.problem = "the packed weights are corrupt";
    }
    return result;
}

block_check block_reader::check(const void *data) const {
    const block_check result = check_header(layout_, data);
    if (result.problem != nullptr) return result;
    const std::uint64_t seen =
            result.block.content ^ reinterpret_cast<std::uintptr_t>(data) * 0x9e3779b97f4a7c15ull;
    std::atomic<std::uint64_t> &place = intact_[seen % intact_.size()];
    if (place.load(std::memory_order_relaxed) == seen) return result;
    const block_check whole = check_block(layout_, data);
    if (whole.problem == nullptr) place.store(seen, std::memory_order_relaxed);
    return whole;
}

const void *packed_group(const weights_layout &layout, const void *block, dim group) {
    return static_cast<const std::byte *>(block) + group * static_cast<dim>(layout.group_stride());
}

std::uint32_t part_count(const void *group) {
    return read_group_header(group).parts;
}

std::uint32_t part_end(const void *group, std::uint32_t part) {
    std::uint32_t end;
    std::memcpy(&end, ends_of(group) + 4 * part, 4);
    return end;
}

const std::byte *packed_payload(const weights_layout &layout, const void *group) {
    return static_cast<const std::byte *>(group) + layout.header_bytes();
}

} // namespace winodnn
