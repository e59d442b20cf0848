// Data types as oneDNN numbers them, and as winodnn does.
#pragma once

#include "problem/data_type.hpp"

#include "oneapi/dnnl/dnnl_types.h"

#include <optional>

namespace winodnn {

inline std::optional<data_type> type_of(dnnl_data_type_t type) {
    switch (type) {
        case dnnl_u8: return data_type::u8;
        case dnnl_s8: return data_type::s8;
        case dnnl_s32: return data_type::s32;
        case dnnl_f32: return data_type::f32;
        case dnnl_bf16: return data_type::bf16;
        case dnnl_f16: return data_type::f16;
        default: return {};
    }
}

inline dnnl_data_type_t type_of(data_type type) {
    switch (type) {
        case data_type::u8: return dnnl_u8;
        case data_type::s8: return dnnl_s8;
        case data_type::s32: return dnnl_s32;
        case data_type::f32: return dnnl_f32;
        case data_type::bf16: return dnnl_bf16;
        case data_type::f16: return dnnl_f16;
    }
    return dnnl_data_type_undef;
}

} // namespace winodnn
