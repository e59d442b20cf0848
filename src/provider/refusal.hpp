// Functions of oneDNN's that must not be given packed weights: one form for all of them.
#pragma once

#include "provider/memory_desc.hpp"
#include "provider/verbose.hpp"

#include <algorithm>

namespace winodnn {

template <typename T>
bool is_packed_argument(const T &) {
    return false;
}

inline bool is_packed_argument(const const_dnnl_memory_desc_t &desc) {
    return is_packed(desc);
}

inline dnnl_status_t refuse_packed(const char *function) {
    if (verbose_refusals())
        print_refusal("create:refuse", function, "packed weights are for winodnn's convolutions alone");
    return dnnl_unimplemented;
}

// The real function's answer, unless one of the arguments is a packed desc.
template <typename Function, typename... Arguments>
dnnl_status_t unless_packed(const char *name, Function function, const Arguments &...arguments) {
    if ((is_packed_argument(arguments) || ...)) return refuse_packed(name);
    return forward(function, arguments...);
}

inline const_dnnl_memory_desc_t first_packed(int count, const const_dnnl_memory_desc_t *descs) {
    if (descs == nullptr) return nullptr;
    const auto *end = descs + std::max(count, 0), *found = std::find_if(descs, end, is_packed);
    return found == end ? nullptr : *found;
}

} // namespace winodnn
