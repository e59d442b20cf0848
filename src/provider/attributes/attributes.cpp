#include "provider/attributes/attributes.hpp"

#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"

#include <mutex>
#include <unordered_map>

namespace winodnn {
namespace {

struct table {
    fork_safe_mutex mutex;
    std::unordered_map<const_dnnl_primitive_attr_t, attribute_settings> settings;
};

table &watched() {
    static never_destroyed<table> t;
    return *t;
}

template <typename Change>
void change(const_dnnl_primitive_attr_t attr, Change &&apply) {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    if (const auto found = t.settings.find(attr); found != t.settings.end()) apply(found->second);
}

} // namespace

std::optional<attribute_settings> attribute_settings_of(const_dnnl_primitive_attr_t attr) {
    if (attr == nullptr) return attribute_settings {};
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    const auto found = t.settings.find(attr);
    if (found == t.settings.end()) return {};
    return found->second;
}

void note_created(const_dnnl_primitive_attr_t attr) {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    t.settings[attr] = {}; // the address may have belonged to another that was destroyed out of our sight
}

void note_cloned(const_dnnl_primitive_attr_t attr, const_dnnl_primitive_attr_t existing) {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    const auto found = t.settings.find(existing);
    if (found == t.settings.end()) {
        t.settings.erase(attr);
        return;
    }
    attribute_settings copy = found->second;
    t.settings[attr] = std::move(copy);
}

void note_destroyed(const_dnnl_primitive_attr_t attr) noexcept {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    t.settings.erase(attr);
}

void note_scales(const_dnnl_primitive_attr_t attr, int arg, quantization_entry entry) {
    change(attr, [=](attribute_settings &attributes) { attributes.scales[arg] = entry; });
}

void note_zero_points(const_dnnl_primitive_attr_t attr, int arg, quantization_entry entry) {
    change(attr, [=](attribute_settings &attributes) { attributes.zero_points[arg] = entry; });
}

bool note_bits(const_dnnl_primitive_attr_t attr, int source_bits, int weights_bits) {
    bool known = false;
    change(attr, [&](attribute_settings &attributes) {
        attributes.source_bits = source_bits;
        attributes.weights_bits = weights_bits;
        known = true;
    });
    return known;
}

void note_unreadable(const_dnnl_primitive_attr_t attr, const char *setting) {
    change(attr, [=](attribute_settings &attributes) { attributes.unreadable = setting; });
}

} // namespace winodnn
