// What is in a block of quantized weights, read by the documented layout.
#pragma once

#include "problem/rounding.hpp"
#include "reference/quantized_reference.hpp"
#include "weights/block_header.hpp"

#include <algorithm>
#include <cstring>

namespace winodnn::testing {

inline quantized_filters read_quantized(const weights_layout &l, const void *block) {
    const bilinear_algorithm &t = l.shape();
    const number_system numbers = check_header(l, block).value().numbers;
    const dim all_oc = l.group_count() * l.oc, slice = l.oc_lanes == 16 ? 64 : 16;
    quantized_filters f {std::vector<std::int32_t>(static_cast<std::size_t>(t.u_planes() * all_oc * l.ic)),
            std::vector<float>(static_cast<std::size_t>(t.components() * all_oc))};
    for (dim g = 0; g < l.group_count(); ++g) {
        const std::byte *payload = packed_payload(l, packed_group(l, block, g)), *read = payload;
        for (dim block_oc = 0; block_oc < l.padded_oc(); block_oc += 64)
            for (int c = 0; c < t.components(); ++c)
                for (dim first = block_oc; first < std::min(block_oc + 64, l.padded_oc()); first += slice)
                    for (int term = 0; term < t.terms(); ++term) {
                        int plane = 0;
                        while (t.component_of_u(plane) != c || t.term_of_u(plane) != term) ++plane;
                        const bool is_wide = numbers.is_wide(c);
                        const dim values = 4 / numbers.bytes(c), ics = l.padded_ic();
                        const dim end = std::min(first + slice, l.padded_oc());
                        for (dim ic = 0; ic < ics; ic += values)
                            for (dim oc = first; oc < end; ++oc)
                                for (dim i = ic; i < ic + values; ++i) {
                                    std::int16_t wide = 0;
                                    std::int8_t narrow = 0;
                                    const std::size_t bytes = is_wide ? sizeof(wide) : sizeof(narrow);
                                    std::memcpy(is_wide ? static_cast<void *>(&wide) : &narrow, read, bytes);
                                    read += bytes;
                                    if (oc >= l.oc || i >= l.ic) continue;
                                    f.u[static_cast<std::size_t>((plane * all_oc + g * l.oc + oc) * l.ic
                                                                 + i)] = is_wide ? wide : narrow;
                                }
                    }
        for (int c = 0; c < t.components(); ++c)
            std::memcpy(&f.scales[static_cast<std::size_t>(c * all_oc + g * l.oc)],
                    payload + l.scales_offset(numbers) + c * l.padded_oc() * 4,
                    static_cast<std::size_t>(l.oc) * 4);
    }
    return f;
}

} // namespace winodnn::testing
