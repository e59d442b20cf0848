// Memory for code that has to lie near an image: jumps reach two gigabytes.
#pragma once

#include "problem/refusal.hpp"
#include "reach/loaded_image.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace winodnn {

// Pages that are written first, then made executable, never both. Kept, once they are executable.
class near_pages {
public:
    // Every byte of them is within reach of every byte of the image.
    static expected<near_pages> of(const loaded_image &image, std::size_t bytes);
    near_pages(near_pages &&other) noexcept;
    near_pages &operator=(near_pages &&) = delete;
    ~near_pages();

    std::span<std::uint8_t> bytes() const { return bytes_; }
    // False if the system does not allow it.
    bool make_executable();

private:
    explicit near_pages(std::span<std::uint8_t> bytes) : bytes_(bytes) {}

    std::span<std::uint8_t> bytes_;
    bool is_kept_ = false;
};

} // namespace winodnn
