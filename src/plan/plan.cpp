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

std::size_t name_index(tile_id tile, bool calibrated, isa i) {
    const std::size_t of_tile = static_cast<std::size_t>(tile) * 2 + (calibrated ? 1 : 0);
    return of_tile * std::size(all_isas) + static_cast<std::size_t>(i);
}

// By name_index: of all plans that there can be.
std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (const tile_id tile : all_tiles())
        for (const char *numbers : {":s16:", ":s8:"})
            for (const isa i : all_isas)
                names.push_back(std::string("wino:") + tile_of(tile).name + numbers + name_of(i));
    return names;
}

} // namespace

const char *name_of(const plan &p) {
    static const never_destroyed<std::vector<std::string>> names(all_names);
    return (*names)[name_index(p.tile, p.calibrated, p.isa)].c_str();
}

weights_layout layout_for(const problem &p, const plan &chosen) {
    return {chosen.tile, traits_of(chosen.isa).lanes(), source_range(p), p.group_ic(), p.group_oc(), p.groups,
            chosen.calibrated ? narrow_limit_of(chosen.isa) : 0};
}

} // namespace winodnn
