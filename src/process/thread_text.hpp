// A text that a C function gives out, and that belongs to the calling thread.
#pragma once

#include <pthread.h>

namespace winodnn {

// A thread_local std::string would have a destructor: registering one needs memory, and where there is none
// the C library ends the process; and threads that end after our library is unloaded would still call it.
class thread_text {
public:
    thread_text();

    // A copy, valid until the thread keeps the next one here, or ends. If there is no memory for it, a text
    // that says so.
    const char *keep(const char *text) noexcept;

private:
    pthread_key_t key_;
    bool usable_;
};

} // namespace winodnn
