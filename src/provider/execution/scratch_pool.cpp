#include "provider/execution/scratch_pool.hpp"

#include "process/never_destroyed.hpp"

#include <mutex>
#include <new>
#include <utility>

namespace winodnn {
namespace {

constexpr std::align_val_t cache_line {64};

} // namespace

scratch_pool::buffer::buffer(std::size_t wanted)
    : bytes(wanted), data(static_cast<std::byte *>(::operator new(wanted, cache_line))) {}

scratch_pool::buffer::~buffer() {
    ::operator delete(data, cache_line);
}

scratch_pool &scratch_pool::shared() {
    static never_destroyed<scratch_pool> pool;
    return *pool;
}

scratch_pool::owned_buffer scratch_pool::take(std::size_t bytes) {
    owned_buffer taken;
    {
        const std::lock_guard lock(mutex_);
        if (idle_ != nullptr) {
            taken = std::move(idle_);
            idle_ = std::move(taken->next);
        }
    }
    if (taken == nullptr || taken->bytes < bytes) {
        taken.reset(); // before the bigger one is allocated
        taken = std::make_unique<buffer>(bytes);
    }
    return taken;
}

void scratch_pool::give_back(owned_buffer b) {
    const std::lock_guard lock(mutex_);
    b->next = std::move(idle_);
    idle_ = std::move(b);
}

void scratch_pool::join() {
    const std::lock_guard lock(mutex_);
    ++members_;
}

void scratch_pool::leave() {
    owned_buffer unused; // freed outside the lock
    const std::lock_guard lock(mutex_);
    if (--members_ == 0) unused = std::move(idle_);
}

} // namespace winodnn
