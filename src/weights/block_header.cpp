#include "weights/block_header.hpp"

#include "weights/block_format.hpp"
#include "weights/checksum.hpp"
#include "weights/exactness.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace winodnn {

namespace {

const std::byte *ends_of(const void *group_block) {
    return static_cast<const std::byte *>(group_block) + weights_layout::ends_offset;
}

std::uint64_t checksum_of(const group_header &h, const weights_layout &layout, const void *group_block) {
    const std::uint64_t own = checksum(&h, offsetof(group_header, header_checksum), block_magic);
    return checksum(ends_of(group_block), layout.header_bytes() - weights_layout::ends_offset, own);
}

enum number_system_code : std::uint64_t { all_s16, quantized, exact_bytes };

bool are_numbers(const weights_layout &layout, const group_header &h) {
    const component_set components(h.components);
    if (!components.is_within(all_components(layout.shape()))) return false;
    switch (h.number_system) {
        case all_s16: return components.empty();
        case quantized: return can_be_quantized(layout);
        case exact_bytes: return layout.promised() && !components.empty();
        default: return false;
    }
}

// The kernels take parts of whole steps, and only what has to be split has room for sums of parts.
bool are_parts(const weights_layout &layout, const group_header &h, const void *group_block) {
    const std::uint32_t count = h.parts;
    const std::size_t most = h.number_system != all_s16 || !may_split(layout) ? 1 : layout.part_capacity();
    if (count < 1 || count > most) return false;
    const dim step = layout.part_step();
    dim begin = 0;
    for (std::uint32_t part = 0; part < count; ++part) {
        const dim end = part_end(group_block, part);
        if (end <= begin || end % step != 0) return false;
        begin = end;
    }
    return begin == layout.padded_ic();
}

expected<void> check_group(const weights_layout &layout, const group_header &h, const void *group_block) {
    const auto foreign = [](const auto &text) { return refuse(refusal_reason::foreign_weights, text); };
    if (h.magic != block_magic) return foreign("the weights were not packed by winodnn's reorder");
    if (h.version != block_version) return foreign("the weights were packed by another version of winodnn");
    if (h.layout[0] != layout.code() || h.layout[1] != layout.ic || h.layout[2] != layout.oc)
        return foreign("the weights were packed for another convolution");
    const std::int64_t most_sum = layout.ic * layout.taps() * 128;
    if (h.header_checksum != checksum_of(h, layout, group_block) || !are_numbers(layout, h)
            || h.layout[3] != static_cast<std::int64_t>(layout.used_bytes(numbers_of(h))) || h.largest_sum < 0
            || h.largest_sum > most_sum || !are_parts(layout, h, group_block))
        return refuse(refusal_reason::corrupt_weights, "the packed weights' header is corrupt");
    return {};
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

group_header read_group_header(const void *group_block) {
    group_header h;
    std::memcpy(&h, group_block, sizeof(h));
    return h;
}

number_system numbers_of(const group_header &h) {
    const component_set components(h.components);
    if (h.number_system == exact_bytes) return {false, {}, components};
    return {h.number_system != all_s16, components};
}

void write_group_header(const weights_layout &layout, group_header h, void *group_block) {
    h.header_checksum = checksum_of(h, layout, group_block);
    std::memcpy(group_block, &h, sizeof(h));
}

std::uint64_t payload_checksum_of(
        const weights_layout &layout, const number_system &numbers, const void *group_block) {
    return checksum(packed_payload(layout, group_block), layout.used_bytes(numbers), block_magic);
}

std::uint64_t identity_of(const weights_layout &layout, const std::int8_t *weights) {
    std::uint64_t identity = 0;
    for (dim g = 0; g < layout.group_count(); ++g)
        identity =
                folded(identity, identity_of_group(layout, weights + g * layout.filters() * layout.taps()));
    return identity;
}

void write_header(const weights_layout &layout, const number_system &numbers, const std::int8_t *weights,
        const exact_split &split, void *group_block) {
    std::memset(group_block, 0, layout.header_bytes());
    std::memcpy(static_cast<std::byte *>(group_block) + weights_layout::ends_offset, split.ends.data(),
            split.ends.size() * sizeof(split.ends[0]));
    group_header h {};
    h.magic = block_magic;
    h.version = block_version;
    h.parts = static_cast<std::uint32_t>(split.ends.size());
    h.layout[0] = layout.code();
    h.layout[1] = layout.ic;
    h.layout[2] = layout.oc;
    h.layout[3] = static_cast<std::int64_t>(layout.used_bytes(numbers));
    h.number_system = numbers.quantized ? quantized : numbers.bytes_exactly.empty() ? all_s16 : exact_bytes;
    h.components = (numbers.quantized ? numbers.wide : numbers.bytes_exactly).bits();
    h.identity = identity_of_group(layout, weights);
    h.largest_sum = split.largest_sum;
    h.payload_checksum = payload_checksum_of(layout, numbers, group_block);
    write_group_header(layout, h, group_block);
}

expected<packed_block> check_header(const weights_layout &layout, const void *data) {
    packed_block block;
    block.data = data;
    block.largest_sum = 0;
    for (dim g = 0; g < layout.group_count(); ++g) {
        const void *group_block = packed_group(layout, data, g);
        const group_header h = read_group_header(group_block);
        const number_system numbers = numbers_of(h);
        if (expected<void> checked = check_group(layout, h, group_block); !checked)
            return tl::unexpected(std::move(checked.error()));
        if (g > 0 && numbers != block.numbers)
            return refuse(
                    refusal_reason::corrupt_weights, "the packed weights' groups do not belong together");
        block.numbers = numbers;
        block.identity = folded(block.identity, h.identity);
        block.content = folded(block.content, h.payload_checksum);
        block.largest_sum = std::max(block.largest_sum, h.largest_sum);
    }
    return block;
}

expected<packed_block> check_block(const weights_layout &layout, const void *data) {
    expected<packed_block> block = check_header(layout, data);
    for (dim g = 0; block && g < layout.group_count(); ++g) {
        const void *group_block = packed_group(layout, data, g);
        if (read_group_header(group_block).payload_checksum
                != payload_checksum_of(layout, block->numbers, group_block))
            return refuse(refusal_reason::corrupt_weights, "the packed weights are corrupt");
    }
    return block;
}

expected<packed_block> block_reader::check(const void *data) const {
    expected<packed_block> block = check_header(layout_, data);
    if (!block) return block;
    const std::uint64_t seen =
            block->content ^ reinterpret_cast<std::uintptr_t>(data) * 0x9e3779b97f4a7c15ull;
    std::atomic<std::uint64_t> &place = intact_[seen % intact_.size()];
    if (place.load(std::memory_order_relaxed) == seen) return block;
    block = check_block(layout_, data);
    if (block) place.store(seen, std::memory_order_relaxed);
    return block;
}

const void *packed_group(const weights_layout &layout, const void *block, dim group) {
    return static_cast<const std::byte *>(block) + group * static_cast<dim>(layout.group_stride());
}

std::uint32_t part_count(const void *group_block) {
    return read_group_header(group_block).parts;
}

std::uint32_t part_end(const void *group_block, std::uint32_t part) {
    std::uint32_t end;
    std::memcpy(&end, ends_of(group_block) + 4 * part, 4);
    return end;
}

const std::byte *packed_payload(const weights_layout &layout, const void *group_block) {
    return static_cast<const std::byte *>(group_block) + layout.header_bytes();
}

} // namespace winodnn
