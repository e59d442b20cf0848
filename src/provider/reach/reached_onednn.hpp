// A oneDNN inside of an image, whose functions are made to come to us.
#pragma once

#include "provider/onednn/real.hpp"
#include "reach/loaded_image.hpp"

#include <optional>

namespace winodnn {

// Redirects its functions, for good; nothing if the image has none, or one whose calls come through the
// dynamic linker anyway. Refused if it cannot be done: then nothing has changed. Throws std::bad_alloc.
std::optional<expected<const onednn *>> reach_onednn(const loaded_image &image);

} // namespace winodnn
