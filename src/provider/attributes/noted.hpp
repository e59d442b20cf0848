// Watching the setters of attributes: what an exported one does after oneDNN's.
#pragma once

#include "provider/attributes/attributes.hpp"

#include <new>

namespace winodnn {

// oneDNN's answer. If there is no memory to note what it did, the attributes become ones of which nothing is
// known: the program goes on, and its convolutions with them are oneDNN's.
template <typename Note>
dnnl_status_t noted(dnnl_status_t status, const_dnnl_primitive_attr_t attr, const Note &note) {
    if (status != dnnl_success) return status;
    try {
        note();
    } catch (const std::bad_alloc &) {
        note_destroyed(attr);
    }
    return status;
}

} // namespace winodnn
