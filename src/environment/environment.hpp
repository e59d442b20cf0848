// The user's settings, from environment variables.
#pragma once

#include "winograd/tile.hpp"

#include <optional>

namespace winodnn {

struct settings {
    enum class winograd_mode { off, exact };

    winograd_mode mode = winograd_mode::exact; // WINODNN_MODE=off|exact
    int verbose = 0;                           // WINODNN_VERBOSE=0|1|2
    bool jit_dump = false;                     // WINODNN_JIT_DUMP=0|1
    // WINODNN_TILE=f2x2|...: this tile wherever it serves, faster or not. For measuring.
    std::optional<tile_id> tile;
};

// Read at the first call, and never again: a setting that changed half way would leave primitives of both
// kinds. What a variable does not understand is reported to stderr then, and so is a WINODNN_ variable that
// nobody reads.
const settings &environment();

} // namespace winodnn
