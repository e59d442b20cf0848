// Static objects that no destructor ends.
#pragma once

#include <cstddef>
#include <new>

namespace winodnn {

// For every static object of ours that would have a destructor. Programs have static objects too, and leave
// threads running while the process ends: they execute and destroy primitives when our own statics would be
// gone already, because nobody knows in which order all of them go. The end of the process frees the memory.
// The object lies in static memory, where leak checkers look for what is still in use.
template <typename T>
class never_destroyed {
public:
    never_destroyed() { ::new (static_cast<void *>(storage_)) T(); }
    // What `make` returns, which need not be movable.
    template <typename Make>
    explicit never_destroyed(const Make &make) {
        ::new (static_cast<void *>(storage_)) T(make());
    }
    never_destroyed(const never_destroyed &) = delete;
    never_destroyed &operator=(const never_destroyed &) = delete;

    T &operator*() { return *std::launder(reinterpret_cast<T *>(storage_)); }
    const T &operator*() const { return *std::launder(reinterpret_cast<const T *>(storage_)); }
    T *operator->() { return &**this; }
    const T *operator->() const { return &**this; }

private:
    alignas(T) std::byte storage_[sizeof(T)];
};

} // namespace winodnn
