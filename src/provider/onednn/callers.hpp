// Which oneDNN a call belongs to.
//
// A process can have several: of v3, which we serve, and of other versions, whose functions have the same
// names. A call is of the oneDNN that the library which makes it was linked to; so it would be, with few
// exceptions, without us.
#pragma once

#include <atomic>
#include <cstdint>

namespace winodnn {

// What an entry point knows; laid out in entry_points.S.
struct exported_function {
    const char *name;
    const void *served; // our definition
    const void *absent; // what answers where the process has no such function
    // Our definition, for calls of a oneDNN that comes in r11.
    const void *reached;
    // That of the first oneDNN that was found not to be served; nullptr if it was not looked for yet.
    std::atomic<const void *> elsewhere;
};
static_assert(sizeof(exported_function) == 40);

// All of them.
extern "C" {
extern exported_function exported_functions[] __attribute__((visibility("hidden")));
extern exported_function exported_functions_end[] __attribute__((visibility("hidden")));
}

// Where the call of an exported function goes that was made from before `return_address`. Never nullptr.
extern "C" const void *route_call(exported_function *function, const void *return_address) noexcept
        __attribute__((visibility("hidden")));

} // namespace winodnn
