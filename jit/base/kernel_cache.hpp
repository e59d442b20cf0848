// One kernel per config in the whole process, as long as it is in use or among those that were used last.
#pragma once

#include "jit/base/cached_only.hpp"
#include "process/fork_safe_mutex.hpp"

#include <chrono>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unistd.h>
#include <utility>

namespace winodnn::jit {

// Config is ordered and immutable. Make is called once for each, outside the lock: other configs are not held
// up, and those who want the same one wait for it. A config that failed is tried again by the next who asks.
// Shapes without end would need kernels without end, so only so many are kept, as oneDNN keeps primitives;
// whoever holds one keeps it alive.
template <typename Config, typename Kernel>
class kernel_cache {
public:
    using handle = std::shared_ptr<const Kernel>;

    explicit kernel_cache(std::size_t capacity = 1024) : capacity_(capacity) {}

    template <typename Make>
    handle get(const Config &config, const Make &make) {
        std::optional<std::promise<handle>> mine; // only whoever comes first has one
        std::shared_future<handle> wanted;
        {
            const std::lock_guard lock(mutex_);
            auto found = kernels_.find(config);
            if (found != kernels_.end() && is_abandoned(found->second)) {
                forget(config);
                found = kernels_.end();
            }
            if (found == kernels_.end()) {
                if (cached_only::in_force()) throw not_cached {};
                wanted = mine.emplace().get_future().share();
                add(config, wanted);
            } else {
                uses_.splice(uses_.end(), uses_, found->second.use);
                wanted = found->second.kernel;
            }
        }
        if (mine) {
            try {
                mine->set_value(make(config));
            } catch (...) {
                {
                    const std::lock_guard lock(mutex_);
                    forget(config);
                }
                mine->set_exception(std::current_exception());
            }
        }
        return wanted.get();
    }

    std::size_t size() {
        const std::lock_guard lock(mutex_);
        return kernels_.size();
    }

private:
    struct entry {
        std::shared_future<handle> kernel;
        pid_t maker;
        typename std::list<const Config *>::iterator use;
    };

    // Being made by a thread of a parent process, which there is not in this one.
    static bool is_abandoned(const entry &e) {
        return e.kernel.wait_for(std::chrono::seconds(0)) != std::future_status::ready && e.maker != getpid();
    }

    void add(const Config &config, const std::shared_future<handle> &kernel) {
        std::list<const Config *> use(1); // before the entry, which is complete or not there
        const auto added = kernels_.try_emplace(config, entry {kernel, getpid(), use.begin()}).first;
        use.front() = &added->first;
        uses_.splice(uses_.end(), use);
        if (kernels_.size() > capacity_) forget(*uses_.front());
    }

    // Those who wait for it have a share of the future.
    void forget(const Config &config) {
        const auto found = kernels_.find(config);
        if (found == kernels_.end()) return;
        uses_.erase(found->second.use);
        kernels_.erase(found);
    }

    const std::size_t capacity_;
    fork_safe_mutex mutex_;
    std::map<Config, entry> kernels_;
    std::list<const Config *> uses_; // the last one used last
};

} // namespace winodnn::jit
