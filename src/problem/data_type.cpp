#include "problem/data_type.hpp"

#include <bit>
#include <cstring>
#include <immintrin.h>

namespace winodnn {

namespace {

template <typename T>
T load(const void *data, dim index) {
    T value; // at any alignment
    std::memcpy(&value, static_cast<const std::byte *>(data) + index * dim {sizeof(T)}, sizeof(T));
    return value;
}

// Every CPU with AVX2 has F16C.
__attribute__((target("f16c"))) float from_f16(std::uint16_t bits) {
    return _cvtsh_ss(bits);
}

} // namespace

std::size_t size_of(data_type type) {
    switch (type) {
        case data_type::u8:
        case data_type::s8: return 1;
        case data_type::bf16:
        case data_type::f16: return 2;
        case data_type::s32:
        case data_type::f32: return 4;
    }
    return 0;
}

const char *name_of(data_type type) {
    switch (type) {
        case data_type::u8: return "u8";
        case data_type::s8: return "s8";
        case data_type::s32: return "s32";
        case data_type::f32: return "f32";
        case data_type::bf16: return "bf16";
        case data_type::f16: return "f16";
    }
    return "unknown";
}

float read_value(data_type type, const void *data, dim index) {
    switch (type) {
        case data_type::u8: return static_cast<float>(load<std::uint8_t>(data, index));
        case data_type::s8: return static_cast<float>(load<std::int8_t>(data, index));
        case data_type::s32: return static_cast<float>(load<std::int32_t>(data, index));
        case data_type::f32: return load<float>(data, index);
        case data_type::bf16:
            return std::bit_cast<float>(std::uint32_t {load<std::uint16_t>(data, index)} << 16);
        case data_type::f16: return from_f16(load<std::uint16_t>(data, index));
    }
    return 0.f;
}

} // namespace winodnn
