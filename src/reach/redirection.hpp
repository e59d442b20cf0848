// Functions of an image that are made to jump to functions of ours: all that are asked for, or none.
#pragma once

#include "reach/decoder.hpp"
#include "reach/loaded_image.hpp"
#include "reach/near_pages.hpp"
#include "reach/replaced_pages.hpp"

#include <string_view>
#include <vector>

namespace winodnn {

struct redirected_function {
    std::string_view name; // for the reason of a refusal
    std::span<const std::uint8_t> code, cold;
    const void *target;   // has the context in r11, and all else as the function was called
    bool is_last = false; // to be redirected when most others have been
};

class redirection {
public:
    // Finds out whether all can be redirected, and prepares everything; nothing is changed yet.
    static expected<redirection> prepare(const decoder &decode, const loaded_image &image,
            std::span<const redirected_function> functions, const void *context);

    // What is to be called for the function that was the i-th, as it was before.
    const void *original(std::size_t i) const { return originals_[i]; }

    // From here on the functions jump. Other threads may be calling them; but none may be between the first
    // instructions of one of them. Refused, if the system does not allow it, before anything is changed.
    expected<void> install();

private:
    explicit redirection(near_pages pages) : pages_(std::move(pages)) {}

    near_pages pages_;
    replaced_pages replaced_;
    std::vector<const void *> originals_;
};

} // namespace winodnn
