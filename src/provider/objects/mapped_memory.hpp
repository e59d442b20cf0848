// Memories of oneDNN's for our own use: it can work with them whatever the runtime.
#pragma once

#include "provider/objects/status.hpp"
#include "provider/onednn/owned.hpp"

namespace winodnn {

inline owned_memory make_memory(const_dnnl_memory_desc_t desc, dnnl_engine_t engine) {
    dnnl_memory_t created = nullptr;
    require(real().dnnl_memory_create(&created, desc, engine, DNNL_MEMORY_ALLOCATE));
    return owned_memory(created);
}

// What a memory holds, for the time being.
class mapped_memory {
public:
    explicit mapped_memory(dnnl_memory_t memory) : memory_(memory) {
        require(real().dnnl_memory_map_data(memory, &data_));
    }
    ~mapped_memory() { real().dnnl_memory_unmap_data(memory_, data_); }
    mapped_memory(const mapped_memory &) = delete;
    mapped_memory &operator=(const mapped_memory &) = delete;

    template <typename T>
    T *data() const {
        return static_cast<T *>(data_);
    }

private:
    dnnl_memory_t memory_;
    void *data_ = nullptr;
};

} // namespace winodnn
