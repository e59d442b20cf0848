// Asking whether something could be made of kernels that are there already.
#pragma once

namespace winodnn::jit {

// Thrown by caches for kernels that they don't have, while the calling thread has a cached_only.
struct not_cached {};

class cached_only {
public:
    cached_only() { in_force_ = true; }
    ~cached_only() { in_force_ = false; }
    cached_only(const cached_only &) = delete;
    cached_only &operator=(const cached_only &) = delete;

    static bool in_force() { return in_force_; }

private:
    static inline thread_local bool in_force_ = false;
};

} // namespace winodnn::jit
