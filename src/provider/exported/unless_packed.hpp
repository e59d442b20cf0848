// Functions of oneDNN's that must not be given packed weights: one form for all of them.
#pragma once

#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/verbose.hpp"

#include <algorithm>

namespace winodnn {

template <typename T>
bool is_packed_argument(const T &) {
    return false;
}

inline bool is_packed_argument(const const_dnnl_memory_desc_t &desc) {
    return is_packed(desc);
}

// dnnl_success if `finds_packed` finds no packed weights among the arguments of this function.
template <typename Search>
dnnl_status_t refuse_packed(const char *function, const Search &finds_packed) {
    return guarded([&] {
        if (!finds_packed()) return dnnl_success;
        if (verbose_refusals())
            print_refusal("create:refuse", function, "packed weights are for winodnn's convolutions alone");
        return dnnl_unimplemented;
    });
}

// The real function's answer, unless one of the arguments is a packed desc.
template <typename Function, typename... Arguments>
dnnl_status_t unless_packed(const char *name, Function function, const Arguments &...arguments) {
    const dnnl_status_t status = refuse_packed(name, [&] { return (is_packed_argument(arguments) || ...); });
    return status == dnnl_success ? forward(function, arguments...) : status;
}

inline bool any_packed(int count, const const_dnnl_memory_desc_t *descs) {
    return descs != nullptr && std::any_of(descs, descs + std::max(count, 0), is_packed);
}

} // namespace winodnn
