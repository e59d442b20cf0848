#include "plan/plan.hpp"

#include "isa/isa_traits.hpp"

namespace winodnn {

int narrow_limit_of(isa i) {
    return traits_of(i).dot_product ? narrow_limit : narrow_limit_without_dot_product;
}

std::string name_of(const plan &p) {
    return std::string("wino:") + tile_of(p.tile).name + (p.calibrated ? ":s8:" : ":s16:") + name_of(p.isa);
}

weights_layout layout_for(const problem &p, const plan &chosen) {
    return {chosen.tile, traits_of(chosen.isa).lanes(), source_range(p), p.group_ic(), p.group_oc(), p.groups,
            chosen.calibrated ? narrow_limit_of(chosen.isa) : 0};
}

} // namespace winodnn
