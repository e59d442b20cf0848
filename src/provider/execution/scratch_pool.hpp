// Scratch memory for primitives whose users leave it to the library.
#pragma once

#include "process/fork_safe_mutex.hpp"

#include <cstddef>
#include <memory>

namespace winodnn {

// One buffer for every execution that runs at the same time, shared by all primitives: a network's layers run
// one after the other, and the next one finds the memory in the cache where the last one left it.
class scratch_pool {
public:
    struct buffer {
        std::size_t bytes;
        std::byte *data;              // on a cache line
        std::unique_ptr<buffer> next; // of the idle ones

        explicit buffer(std::size_t wanted);
        ~buffer();
        buffer(const buffer &) = delete;
        buffer &operator=(const buffer &) = delete;
    };
    using owned_buffer = std::unique_ptr<buffer>;

    // The buffer of one execution; goes back when that ends.
    class lease {
    public:
        lease(scratch_pool &pool, std::size_t bytes) : pool_(pool), buffer_(pool.take(bytes)) {}
        ~lease() { pool_.give_back(std::move(buffer_)); }
        lease(const lease &) = delete;
        lease &operator=(const lease &) = delete;
        std::byte *data() const { return buffer_->data; }

    private:
        scratch_pool &pool_;
        owned_buffer buffer_;
    };

    // Held by every primitive that will want a buffer; with the last one the memory goes too.
    class membership {
    public:
        explicit membership(scratch_pool &pool) : pool_(pool) { pool_.join(); }
        ~membership() { pool_.leave(); }
        membership(const membership &) = delete;
        membership &operator=(const membership &) = delete;

    private:
        scratch_pool &pool_;
    };

    static scratch_pool &shared();

private:
    owned_buffer take(std::size_t bytes);
    void give_back(owned_buffer b);
    void join();
    void leave();

    fork_safe_mutex mutex_;
    owned_buffer idle_; // a list through the buffers, so that giving one back cannot fail
    std::size_t members_ = 0;
};

} // namespace winodnn
