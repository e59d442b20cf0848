#include "plan/plan.hpp"

#include "isa/isa_traits.hpp"
#include "process/never_destroyed.hpp"

#include <string>
#include <vector>

namespace winodnn {

int narrow_limit_of(isa i) {
    return traits_of(i).dot_product ? narrow_limit : narrow_limit_without_dot_product;
}

namespace {

constexpr const char *number_system_names[] = {":s16:", ":s8:", ":exact8:"};

std::size_t name_index(const plan &p) {
    const std::size_t numbers = p.calibrated ? 1 : p.source_bits < 8 ? 2 : 0;
    const std::size_t of_tile = static_cast<std::size_t>(p.tile) * std::size(number_system_names) + numbers;
    return of_tile * std::size(all_isas) + static_cast<std::size_t>(p.isa);
}

// By name_index: of all plans that there can be.
std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (const tile_id tile : all_tiles())
        for (const char *numbers : number_system_names)
            for (const isa i : all_isas)
                names.push_back(std::string("wino:") + tile_of(tile).name + numbers + name_of(i));
    return names;
}

} // namespace

const char *name_of(const plan &p) {
    static const never_destroyed<std::vector<std::string>> names(all_names);
    return (*names)[name_index(p)].c_str();
}

weights_layout layout_for(const problem &p, const plan &chosen) {
    return {chosen.tile, traits_of(chosen.isa).lanes(), source_range(p), p.group_ic(), p.group_oc(), p.groups,
            chosen.calibrated || chosen.source_bits < 8 ? narrow_limit_of(chosen.isa) : 0,
            chosen.source_bits};
}

} // namespace winodnn
