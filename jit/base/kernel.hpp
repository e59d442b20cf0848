// Generated code that is kept for as long as somebody uses it.
#pragma once

#include "jit/base/generator.hpp"
#include "jit/base/kernel_cache.hpp"
#include "process/never_destroyed.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace winodnn::jit {

template <typename Args>
class kernel {
public:
    kernel(std::unique_ptr<generator> code, const std::string &name)
        : code_(std::move(code)), entry_(reinterpret_cast<void (*)(const Args *)>(
                                          reinterpret_cast<std::uintptr_t>(code_->finish(name)))) {}

    void operator()(const Args &args) const { entry_(&args); }

private:
    std::unique_ptr<generator> code_; // owns the pages
    void (*entry_)(const Args *);
};

// The process's kernel of this config, which Generator makes if there is none yet.
template <typename Kernel, typename Generator, typename Config>
std::shared_ptr<const Kernel> get_kernel(const Config &wanted) {
    static never_destroyed<kernel_cache<Config, Kernel>> cache;
    return cache->get(wanted, [](const Config &config) {
        return std::make_shared<const Kernel>(std::make_unique<Generator>(config), config.name());
    });
}

} // namespace winodnn::jit
