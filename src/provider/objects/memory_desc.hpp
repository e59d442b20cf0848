// Memory descriptors, read.
#pragma once

#include "provider/onednn/owned.hpp"
#include "weights/weights_layout.hpp"

#include <array>
#include <optional>
#include <string>

namespace winodnn {

struct desc_view {
    int ndims = 0;
    dnnl_data_type_t type = dnnl_data_type_undef;
    dnnl_format_kind_t kind = dnnl_format_kind_undef;
    std::array<dim, DNNL_MAX_NDIMS> dims {};
    std::array<dim, DNNL_MAX_NDIMS> strides {};
    dim offset = 0;       // elements from the data handle to the first one
    bool strided = false; // strides and offset say it all: no inner blocks or padding

    bool absent() const { return ndims == 0; }
    bool any() const { return kind == dnnl_format_kind_any; }
    bool has_runtime_values() const;
    bool dense() const { return strided && offset == 0; }
    // Strides, none overlapping, of 4-D nhwc tensors and of views into bigger ones; nothing for others. Those
    // of dimensions of size 1, which may be anything, are made dense.
    std::optional<nhwc_strides> as_nhwc() const;
};

desc_view view_of(const_dnnl_memory_desc_t desc); // nullptr is absent

// The layout of the packed weights that a desc stands for.
std::optional<weights_layout> packed_layout(const_dnnl_memory_desc_t desc);
// Cheap, for all that are not. Of nullptr as well.
inline bool is_packed(const_dnnl_memory_desc_t desc) {
    // DNNL_MAX_NDIMS of them, whatever the rank; of plain formats alone.
    const dim *strides = nullptr;
    return real().dnnl_memory_desc_query(desc, dnnl_query_strides, &strides) == dnnl_success
           && has_packed_marks(strides) && packed_layout(desc).has_value();
}

// These throw failure.
owned_memory_desc copy_desc(const_dnnl_memory_desc_t desc); // nullptr stays nullptr
owned_memory_desc make_packed_desc(const weights_layout &layout);
// Dense oihw or goihw.
owned_memory_desc make_plain_weights_desc(const weights_layout &layout, dnnl_data_type_t type = dnnl_s8);
owned_memory_desc make_bytes_desc(
        std::size_t bytes); // u8, one dimension; none for 0, as oneDNN's scratchpads
owned_memory_desc make_nhwc_desc(const desc_view &like); // its dims and type
owned_memory_desc make_any_desc(const desc_view &like);

// oneDNN's verbose syntax: u8::blocked:acdb::f0; `asked_any` adds its mark for a format that was left open.
std::string to_string(const_dnnl_memory_desc_t desc, bool asked_any);

} // namespace winodnn
