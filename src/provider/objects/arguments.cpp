#include "provider/objects/arguments.hpp"

#include "provider/objects/memory_desc.hpp"
#include "provider/onednn/data_types.hpp"
#include "provider/threads/runtime.hpp"

namespace winodnn {

execution_arguments::execution_arguments(int count, const dnnl_exec_arg_t *list)
    : count_(count), list_(list) {
    if (count < 0 || (count > 0 && list == nullptr)) throw invalid_argument {"no argument list"};
}

execution_arguments::~execution_arguments() {
    for (const mapping &m : mapped_) real().dnnl_memory_unmap_data(m.memory, m.data);
}

dnnl_memory_t execution_arguments::memory(int arg, const char *name) const {
    dnnl_memory_t found = nullptr;
    for (int i = 0; i < count_; ++i) {
        if (list_[i].arg != arg || list_[i].memory == nullptr) continue;
        if (found != nullptr) throw invalid_argument {std::string(name) + " is there twice"};
        found = list_[i].memory;
    }
    if (found == nullptr) throw invalid_argument {std::string(name) + " is missing"};
    return found;
}

void *execution_arguments::tensor(
        int arg, const char *name, const_dnnl_memory_desc_t desc, std::size_t bytes) const {
    const desc_view view = view_of(desc);
    const std::size_t offset = std::size_t(view.offset) * real().dnnl_data_type_size(view.type);
    const dnnl_memory_t given = memory(arg, name);
    // oneDNN takes the size of descs with an offset for 0.
    const bool fits = real().dnnl_memory_desc_get_size(desc_of(given)) >= offset + bytes
                      || real().dnnl_memory_desc_equal(desc_of(given), desc) != 0;
    if (!fits)
        throw invalid_argument {
                std::string(name) + " is smaller than " + std::to_string(offset + bytes) + " bytes"};
    return static_cast<std::byte *>(buffer(given, name)) + offset;
}

void *execution_arguments::data(int arg, const char *name, std::size_t bytes) const {
    const dnnl_memory_t given = memory(arg, name);
    if (real().dnnl_memory_desc_get_size(desc_of(given)) < bytes)
        throw invalid_argument {std::string(name) + " is smaller than " + std::to_string(bytes) + " bytes"};
    return buffer(given, name);
}

typed_values execution_arguments::values(
        int arg, const char *name, dnnl_data_type_t type, dnnl_dim_t count) const {
    const std::optional<data_type> ours = type_of(type);
    dnnl_data_type_t given = dnnl_data_type_undef;
    real().dnnl_memory_desc_query(desc_of(memory(arg, name)), dnnl_query_data_type, &given);
    if (given != type || !ours)
        throw invalid_argument {std::string(name) + " has another data type than it should"};
    return {data(arg, name, size_of(*ours) * std::size_t(count)), *ours};
}

typed_values execution_arguments::attribute_values(
        int arg, const char *name, dnnl_data_type_t type, dnnl_dim_t count, dnnl_dim_t channels) const {
    const dnnl_memory_t memory_given = memory(arg, name);
    const const_dnnl_memory_desc_t desc = desc_of(memory_given);
    dnnl_data_type_t given = dnnl_data_type_undef;
    real().dnnl_memory_desc_query(desc, dnnl_query_data_type, &given);
    const std::size_t bytes = real().dnnl_memory_desc_get_size(desc);
    const std::optional<data_type> ours = type_of(type);
    if (ours && given == type && bytes == size_of(*ours) * std::size_t(count))
        if (const void *values = buffer_or_null(memory_given)) return {values, *ours};

    const std::size_t size = real().dnnl_data_type_size(given);
    const auto values = size == 0 ? 0 : dnnl_dim_t(bytes / size);
    const bool possible = values == 1 || values == channels || (given == type && values >= count);
    if (!possible || (ours && bytes < size_of(*ours)))
        throw invalid_argument {std::string(name) + " has neither one value nor one for each channel"};
    throw left_to_onednn {std::string(name) + " is not as the attribute was when it was set"};
}

const_dnnl_memory_desc_t desc_of(const_dnnl_memory_t memory) {
    const_dnnl_memory_desc_t desc = nullptr;
    if (real().dnnl_memory_get_memory_desc(memory, &desc) != dnnl_success || desc == nullptr)
        throw invalid_argument {"a memory without a descriptor"};
    return desc;
}

void *execution_arguments::buffer_or_null(dnnl_memory_t memory) const {
    void *data = nullptr;
    if (host_runtime()->queues) {
        mapped_.reserve(mapped_.size() + 1); // before, so that nothing stays mapped
        if (real().dnnl_memory_map_data(memory, &data) == dnnl_success) mapped_.push_back({memory, data});
    } else {
        real().dnnl_memory_get_data_handle(memory, &data);
    }
    return data;
}

void *execution_arguments::buffer(dnnl_memory_t memory, const char *name) const {
    void *data = buffer_or_null(memory);
    if (data == nullptr) throw invalid_argument {std::string(name) + " has no buffer"};
    return data;
}

void take_turn(dnnl_stream_t stream, dnnl_engine_t engine) {
    dnnl_engine_t of_stream = nullptr;
    if (stream == nullptr || real().dnnl_stream_get_engine(stream, &of_stream) != dnnl_success
            || of_stream != engine)
        throw invalid_argument {"the stream is not of the primitive's engine"};
    if (host_runtime()->queues) real().dnnl_stream_wait(stream);
}

} // namespace winodnn
