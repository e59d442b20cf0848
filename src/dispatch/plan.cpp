#include "dispatch/plan.hpp"

#include "jit/base/isa_traits.hpp"

#include <string>
#include <vector>

namespace winodnn {

int narrow_limit_of(isa i) {
    return jit::traits_of(i).dot_product ? narrow_limit : narrow_limit_without_dot_product;
}

namespace {

constexpr std::size_t isas = static_cast<std::size_t>(isa::avx512_core_vnni) + 1;

std::size_t name_index(tile_id tile, bool calibrated, std::size_t isa) {
    return (static_cast<std::size_t>(tile) * 2 + (calibrated ? 1 : 0)) * isas + isa;
}

// By name_index: of all plans that there can be.
std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (const tile_id tile : all_tiles())
        for (const char *numbers : {":s16:", ":s8:"})
            for (std::size_t i = 0; i < isas; ++i)
                names.push_back(
                        std::string("wino:") + tile_of(tile).name + numbers + name_of(static_cast<isa>(i)));
    return names;
}

} // namespace

const char *name_of(const plan &p) {
    static const std::vector<std::string> &names = *new std::vector(all_names()); // never destroyed
    return names[name_index(p.tile, p.calibrated, static_cast<std::size_t>(p.isa))].c_str();
}

weights_layout layout_for(const problem &p, const plan &chosen) {
    return {chosen.tile, jit::traits_of(chosen.isa).lanes(), source_range(p), p.group_ic(), p.group_oc(),
            p.groups, chosen.calibrated ? narrow_limit_of(chosen.isa) : 0};
}

} // namespace winodnn
