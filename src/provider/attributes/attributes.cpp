#include "provider/attributes/attributes.hpp"

#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"

#include <mutex>
#include <unordered_map>

namespace winodnn {
namespace {

struct table {
    fork_safe_mutex mutex;
    std::unordered_map<const_dnnl_primitive_attr_t, attribute_facts> facts;
};

table &watched() {
    static never_destroyed<table> t;
    return *t;
}

template <typename Change>
void change(const_dnnl_primitive_attr_t attr, Change &&apply) {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    if (const auto found = t.facts.find(attr); found != t.facts.end()) apply(found->second);
}

} // namespace

std::optional<attribute_facts> facts_of(const_dnnl_primitive_attr_t attr) {
    if (attr == nullptr) return attribute_facts {};
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    const auto found = t.facts.find(attr);
    if (found == t.facts.end()) return {};
    return found->second;
}

void note_created(const_dnnl_primitive_attr_t attr) {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    t.facts[attr] = {}; // the address may have belonged to another that was destroyed out of our sight
}

void note_cloned(const_dnnl_primitive_attr_t attr, const_dnnl_primitive_attr_t existing) {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    const auto found = t.facts.find(existing);
    if (found == t.facts.end()) {
        t.facts.erase(attr);
        return;
    }
    attribute_facts copy = found->second;
    t.facts[attr] = std::move(copy);
}

void note_destroyed(const_dnnl_primitive_attr_t attr) noexcept {
    table &t = watched();
    const std::lock_guard lock(t.mutex);
    t.facts.erase(attr);
}

void note_scales(const_dnnl_primitive_attr_t attr, int arg, quantization_fact fact) {
    change(attr, [=](attribute_facts &facts) { facts.scales[arg] = fact; });
}

void note_zero_points(const_dnnl_primitive_attr_t attr, int arg, quantization_fact fact) {
    change(attr, [=](attribute_facts &facts) { facts.zero_points[arg] = fact; });
}

bool note_bits(const_dnnl_primitive_attr_t attr, int source_bits, int weights_bits) {
    bool known = false;
    change(attr, [&](attribute_facts &facts) {
        facts.source_bits = source_bits;
        facts.weights_bits = weights_bits;
        known = true;
    });
    return known;
}

void note_unreadable(const_dnnl_primitive_attr_t attr, const char *setting) {
    change(attr, [=](attribute_facts &facts) { facts.unreadable = setting; });
}

} // namespace winodnn
