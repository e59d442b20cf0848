// guarded_buffer with elements.
#pragma once

#include "support/guarded_buffer.hpp"

namespace winodnn::testing {

template <typename T>
class guarded_array {
public:
    explicit guarded_array(std::size_t count) : count_(count), buffer_(count * sizeof(T)) {}

    T *data() const { return reinterpret_cast<T *>(buffer_.data()); }
    T *begin() const { return data(); }
    T *end() const { return data() + count_; }
    T &operator[](std::size_t i) const { return data()[i]; }

private:
    std::size_t count_;
    guarded_buffer buffer_;
};

} // namespace winodnn::testing
