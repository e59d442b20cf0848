// The arguments of an execution, checked: what is missing or too small is refused, never read.
#pragma once

#include "problem/data_type.hpp"
#include "provider/onednn/owned.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace winodnn {

// Thrown by all functions here; the reason goes to verbose output, the program gets dnnl_invalid_arguments.
struct invalid_argument {
    std::string reason;
};

// Thrown where the arguments are not those that the convolution was made for, but may be right: oneDNN
// executes it.
struct left_to_onednn {
    std::string reason;
};

class execution_arguments {
public:
    execution_arguments(int count, const dnnl_exec_arg_t *list);
    ~execution_arguments();
    execution_arguments(const execution_arguments &) = delete;
    execution_arguments &operator=(const execution_arguments &) = delete;

    // `name` is for the reason.
    dnnl_memory_t memory(int arg, const char *name) const;
    // The first element of a memory with this desc, or of one that has the bytes from there on.
    void *tensor(int arg, const char *name, const_dnnl_memory_desc_t desc, std::size_t bytes) const;
    // The buffer of a memory with at least this size.
    void *data(int arg, const char *name, std::size_t bytes) const;
    // Of a memory with at least `count` values of this type.
    typed_values values(int arg, const char *name, dnnl_data_type_t type, dnnl_dim_t count) const;
    // Of a memory with exactly this, as recorded of an attribute when it was set. Throws left_to_onednn if it
    // is anything else that the attribute can be: one value, or one for each channel.
    typed_values attribute_values(
            int arg, const char *name, dnnl_data_type_t type, dnnl_dim_t count, dnnl_dim_t channels) const;
    // Whatever its size. Valid as long as this object.
    void *buffer(dnnl_memory_t memory, const char *name) const;

private:
    void *buffer_or_null(dnnl_memory_t memory) const;

    int count_;
    const dnnl_exec_arg_t *list_;
    struct mapping {
        dnnl_memory_t memory;
        void *data;
    };
    mutable std::vector<mapping> mapped_; // under SYCL, where a handle may be no pointer
};

const_dnnl_memory_desc_t desc_of(const_dnnl_memory_t memory);

// The stream must belong to the primitive's engine. What is on it already has ended when this returns.
void take_turn(dnnl_stream_t stream, dnnl_engine_t engine);

} // namespace winodnn
