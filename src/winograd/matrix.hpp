// A small dense row-major matrix.
#pragma once

#include <cstddef>
#include <vector>

namespace winodnn {

template <typename T>
class matrix {
public:
    matrix() = default;
    matrix(int rows, int cols) : rows_(rows), cols_(cols), data_(static_cast<std::size_t>(rows) * cols) {}

    int rows() const { return rows_; }
    int cols() const { return cols_; }
    T &operator()(int r, int c) { return data_[static_cast<std::size_t>(r) * cols_ + c]; }
    const T &operator()(int r, int c) const { return data_[static_cast<std::size_t>(r) * cols_ + c]; }

private:
    int rows_ = 0, cols_ = 0;
    std::vector<T> data_;
};

using int_matrix = matrix<int>;

} // namespace winodnn
