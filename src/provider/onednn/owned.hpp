// oneDNN objects that somebody owns. All are real ones: ours are never given to these.
#pragma once

#include "provider/onednn/real.hpp"

#include <memory>

namespace winodnn {

// By the oneDNN that they are of, wherever they end: on a thread that is in another one, for example.
class release_real {
public:
    explicit release_real(const real_functions &functions = real()) : functions_(&functions) {}

    void operator()(dnnl_memory_desc_t desc) const { functions_->dnnl_memory_desc_destroy(desc); }
    void operator()(dnnl_memory_t memory) const { functions_->dnnl_memory_destroy(memory); }
    void operator()(dnnl_primitive_attr_t attr) const { functions_->dnnl_primitive_attr_destroy(attr); }
    void operator()(dnnl_primitive_desc_t desc) const { functions_->dnnl_primitive_desc_destroy(desc); }
    void operator()(dnnl_primitive_t primitive) const { functions_->dnnl_primitive_destroy(primitive); }
    void operator()(dnnl_stream_t stream) const { functions_->dnnl_stream_destroy(stream); }

private:
    const real_functions *functions_;
};

using owned_memory_desc = std::unique_ptr<dnnl_memory_desc, release_real>;
using owned_memory = std::unique_ptr<dnnl_memory, release_real>;
// Unknown to the watcher of attributes: for calls of oneDNN's own functions.
using owned_attr = std::unique_ptr<dnnl_primitive_attr, release_real>;
using owned_primitive_desc = std::unique_ptr<dnnl_primitive_desc, release_real>;
using owned_primitive = std::unique_ptr<dnnl_primitive, release_real>;
using owned_stream = std::unique_ptr<dnnl_stream, release_real>;

} // namespace winodnn
