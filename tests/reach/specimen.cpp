#include "reach/specimen.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <stdexcept>

namespace winodnn::testing {
namespace {

constexpr std::string_view functions[] = {"specimen_plain", "specimen_without_endbr64",
        "specimen_rip_relative", "specimen_rip_relative_with_immediate", "specimen_conditional",
        "specimen_jumps", "specimen_jumps_through", "specimen_loops_later", "specimen_of_threads",
        "specimen_short", "specimen_jumps_nearby", "specimen_loops", "specimen_returns_from_cold",
        "specimen_returns_from_cold.cold", "specimen_calls", "specimen_counts", "specimen_unknown",
        "specimen_unknown_later", "specimen_breakpoint"};

} // namespace

specimen::specimen(const std::string &path) {
    if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) throw std::runtime_error(dlerror());
    const std::vector<loaded_image> images = loaded_images();
    image_ = *std::ranges::find(images, path, &loaded_image::path);
    for (const auto &[name, symbol] : symbol_file::open(path).value().find(functions))
        symbols_.emplace(name, symbol);
}

std::span<const std::uint8_t> specimen::code_of(const std::string &function) const {
    const auto found = symbols_.find(function);
    if (found == symbols_.end()) return {};
    return {reinterpret_cast<const std::uint8_t *>(image_.base + found->second.value), found->second.size};
}

int specimen::call(const std::string &function, int argument) const {
    return reinterpret_cast<int (*)(int)>(const_cast<std::uint8_t *>(code_of(function).data()))(argument);
}

redirected_function specimen::to(const void *target, const std::string &function) const {
    const auto found = symbols_.find(function);
    return {found->first, code_of(function), code_of(function + ".cold"), target};
}

const decoder &zydis() {
    static const decoder loaded = decoder::load(WINODNN_ZYDIS).value();
    return loaded;
}

} // namespace winodnn::testing
