#include "process/thread_text.hpp"

#include <cstdlib>
#include <cstring>

namespace winodnn {

thread_text::thread_text() : usable_(pthread_key_create(&key_, std::free) == 0) {}

const char *thread_text::keep(const char *text) noexcept {
    constexpr const char *no_memory = "(no memory for the text that says why)";
    if (!usable_) return no_memory;
    void *before = pthread_getspecific(key_);
    char *copy = strdup(text);
    if (copy == nullptr || pthread_setspecific(key_, copy) != 0) {
        std::free(copy);
        return no_memory;
    }
    std::free(before);
    return copy;
}

} // namespace winodnn
