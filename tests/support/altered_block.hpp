// Packed blocks as somebody might write them who knows the format: anything in the headers, checksums right.
#pragma once

#include "weights/block_format.hpp"
#include "weights/block_header.hpp"

#include <algorithm>
#include <cstring>

namespace winodnn::testing {

class altered_group {
public:
    altered_group(const weights_layout &layout, void *block, dim group)
        : layout_(layout), group_(const_cast<void *>(packed_group(layout, block, group))),
          header(read_group_header(group_)) {}

    std::uint32_t end_of(std::size_t part) const {
        return part_end(group_, static_cast<std::uint32_t>(part));
    }
    void set_end(std::size_t part, std::uint32_t end) {
        std::memcpy(static_cast<std::byte *>(group_) + weights_layout::ends_offset + 4 * part, &end, 4);
    }
    std::byte *payload() { return static_cast<std::byte *>(group_) + layout_.header_bytes(); }

    number_system numbers() const { return numbers_of(header); }
    // What is said of the payload's size becomes what follows from the numbers.
    void set_size() { header.layout[3] = static_cast<std::int64_t>(layout_.used_bytes(numbers())); }
    // Writes the header, with checksums of it and of as much of the payload as there is.
    void seal() {
        const bool has_room = numbers().quantized ? layout_.calibrated() : layout_.promised();
        const number_system known = has_room ? numbers() : exact;
        header.payload_checksum = payload_checksum_of(layout_, known, group_);
        seal_header();
    }
    void seal_header() { write_group_header(layout_, header, group_); }

private:
    const weights_layout &layout_;
    void *group_;

public:
    group_header header;
};

} // namespace winodnn::testing
