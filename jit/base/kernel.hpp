// Generated code that is kept for as long as somebody uses it.
#pragma once

#include "jit/base/generator.hpp"

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

} // namespace winodnn::jit
