// What programs have put into primitive attributes. oneDNN has setters for scales and zero points and no
// getters, so the setters are watched.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <map>
#include <optional>

namespace winodnn {

// Of scales or zero points; none are in groups.
struct quantization_entry {
    int mask;
    dnnl_data_type_t type;
};

struct attribute_settings {
    std::map<int, quantization_entry> scales, zero_points; // by argument
    int source_bits = 8, weights_bits = 8;                 // winodnn_set_bits()
    const char *unreadable = nullptr;                      // a setting that we don't serve, named
};

// What is known of the attributes; those of nullptr are default. Nothing for attributes that were made
// where we could not see it.
std::optional<attribute_settings> attribute_settings_of(const_dnnl_primitive_attr_t attr);

void note_destroyed(const_dnnl_primitive_attr_t attr) noexcept;
// These throw std::bad_alloc.
void note_created(const_dnnl_primitive_attr_t attr);
void note_cloned(const_dnnl_primitive_attr_t attr, const_dnnl_primitive_attr_t existing);
void note_scales(const_dnnl_primitive_attr_t attr, int arg, quantization_entry entry);
void note_zero_points(const_dnnl_primitive_attr_t attr, int arg, quantization_entry entry);
// False for attributes that attribute_settings_of() knows nothing of.
bool note_bits(const_dnnl_primitive_attr_t attr, int source_bits, int weights_bits);
void note_unreadable(const_dnnl_primitive_attr_t attr, const char *setting); // a string literal

} // namespace winodnn
