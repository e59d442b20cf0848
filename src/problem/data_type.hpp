// The types of tensors, scales, biases and operands. oneDNN's names.
#pragma once

#include <cstddef>
#include <cstdint>

namespace winodnn {

using dim = std::int64_t;

enum class data_type : std::uint8_t { u8, s8, s32, f32, bf16, f16 };

std::size_t size_of(data_type type);
const char *name_of(data_type type);
constexpr bool is_integer(data_type type) {
    return type == data_type::u8 || type == data_type::s8 || type == data_type::s32;
}
float read_value(data_type type, const void *data, dim index);

// Values whose type is known at execution only.
struct typed_values {
    const void *data = nullptr;
    data_type type = data_type::f32;

    float operator[](dim index) const { return read_value(type, data, index); }
};

} // namespace winodnn
