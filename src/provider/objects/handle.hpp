// What a dnnl_primitive_desc_t or a dnnl_primitive_t of ours points to.
//
// Programs mix our handles with oneDNN's, and every function that takes one has to tell them apart: the first
// word of ours is the address of a private object. That of a real primitive desc is the address of a vtable
// of libdnnl's; of a real primitive, depending on the version, the same or a reference count, which is never
// as large.
#pragma once

#include "provider/onednn/owned.hpp"

#include <memory>
#include <string>

namespace winodnn {

class executable {
public:
    virtual ~executable() = default;
    virtual dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const = 0;
};

// What a primitive desc says. Immutable, so that clones and primitives share it.
class description {
public:
    virtual ~description() = default;
    virtual dnnl_status_t query(dnnl_query_t what, int index, void *result) const = 0;
    virtual const_dnnl_primitive_attr_t attr() const = 0;
    // The returned object may refer to this one.
    virtual std::unique_ptr<const executable> make_executable() const = 0;
    // Whether making an executable would generate no code.
    virtual bool is_cached() const = 0;
    // The real primitive desc that answers what we have no answer of our own to.
    virtual const_dnnl_primitive_desc_t onednn_desc() const = 0;
    // oneDNN's own implementation of the same; nullptr if it has none.
    virtual owned_primitive_desc make_next() const = 0;
    // For verbose output, from the engine to the problem; empty if there is none.
    virtual const std::string &info() const = 0;
};

extern const char primitive_desc_tag, primitive_tag;

struct primitive_desc_handle {
    const char *tag = &primitive_desc_tag;
    // nullptr once next_impl has gone past ours: then everything is forwarded to `next`.
    std::shared_ptr<const winodnn::description> description;
    owned_primitive_desc next;
    bool is_clone = false; // as a primitive's own is too: oneDNN's have no next implementation
};

struct primitive_handle {
    const char *tag = &primitive_tag;
    primitive_desc_handle desc;
    // May refer to *desc.description. Shared with executions that end later than the program destroys the
    // primitive.
    std::shared_ptr<const winodnn::executable> executable;
};

inline primitive_desc_handle *ours(const_dnnl_primitive_desc_t desc) {
    auto *handle = reinterpret_cast<primitive_desc_handle *>(const_cast<dnnl_primitive_desc_t>(desc));
    return handle != nullptr && handle->tag == &primitive_desc_tag ? handle : nullptr;
}

inline primitive_handle *ours(const_dnnl_primitive_t primitive) {
    auto *handle = reinterpret_cast<primitive_handle *>(const_cast<dnnl_primitive_t>(primitive));
    return handle != nullptr && handle->tag == &primitive_tag ? handle : nullptr;
}

inline dnnl_primitive_desc_t to_c(primitive_desc_handle *handle) {
    return reinterpret_cast<dnnl_primitive_desc_t>(handle);
}

inline dnnl_primitive_t to_c(primitive_handle *handle) {
    return reinterpret_cast<dnnl_primitive_t>(handle);
}

// For real functions: nullptr and real descs stay what they are.
inline const_dnnl_primitive_desc_t real_desc_of(const_dnnl_primitive_desc_t desc) {
    const primitive_desc_handle *handle = ours(desc);
    if (handle == nullptr) return desc;
    return handle->description ? handle->description->onednn_desc() : handle->next.get();
}

} // namespace winodnn
