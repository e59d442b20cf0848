// An int8 activation: bytes, and what one of them stands for.
#pragma once

#include <dnnl.hpp>

#include <cstdint>
#include <string>

namespace demo {

struct tensor {
    dnnl::memory memory; // u8 or s8, nhwc
    float scale = 1;     // real value = scale * byte

    const std::uint8_t *bytes() const { return static_cast<const std::uint8_t *>(memory.get_data_handle()); }
    std::size_t size() const { return memory.get_desc().get_size(); }
    bool is_signed() const { return memory.get_desc().get_data_type() == dnnl::memory::data_type::s8; }
    long dim(int i) const { return memory.get_desc().get_dims()[static_cast<std::size_t>(i)]; }
};

double mean_square(const tensor &t); // of the real values
struct share {
    double nonzero = 0, saturated = 0;
};
share shares(const tensor &t);

// Throw std::runtime_error when the file cannot be read whole or written.
void load(tensor &t, const std::string &path);
void save(const tensor &t, const std::string &path);

} // namespace demo
