// One kernel per config in the whole process.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace winodnn::jit {

// Config is ordered and immutable. Make is called once for each, outside the lock: other configs are not held
// up, and those who want the same one wait for it. A config that failed is tried again by the next who asks.
template <typename Config, typename Kernel>
class kernel_cache {
public:
    using handle = std::shared_ptr<const Kernel>;

    template <typename Make>
    handle get(const Config &config, const Make &make) {
        std::optional<std::promise<handle>> mine; // only whoever comes first has one
        std::shared_future<handle> wanted;
        {
            const std::lock_guard lock(mutex_);
            auto [entry, inserted] = kernels_.try_emplace(config);
            if (inserted) entry->second = mine.emplace().get_future().share();
            wanted = entry->second;
        }
        if (mine) {
            try {
                mine->set_value(make(config));
            } catch (...) {
                {
                    const std::lock_guard lock(mutex_);
                    kernels_.erase(config);
                }
                mine->set_exception(std::current_exception());
            }
        }
        return wanted.get();
    }

private:
    std::mutex mutex_;
    std::map<Config, std::shared_future<handle>> kernels_;
};

} // namespace winodnn::jit
