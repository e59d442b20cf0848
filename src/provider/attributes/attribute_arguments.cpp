#include "provider/attributes/attribute_arguments.hpp"

#include "provider/attributes/attributes.hpp"
#include "provider/objects/arguments.hpp"

#include <algorithm>

namespace winodnn {
namespace {

// Of the tensors and of post-ops, which oneDNN itself tells us of. None of the numbers that are in neither
// list belongs to anything but attributes.
bool is_known(int arg) {
    switch (arg) {
        case DNNL_ARG_SRC:
        case DNNL_ARG_WEIGHTS:
        case DNNL_ARG_BIAS:
        case DNNL_ARG_DST:
        case DNNL_ARG_WORKSPACE:
        case DNNL_ARG_SCRATCHPAD: return true;
        default: break;
    }
    // No argument of anything: oneDNN's Graph passes -1 with what a sum is added to in place.
    if (arg <= 0) return true;
    constexpr int of_attributes = DNNL_ARG_ATTR_SCALES | DNNL_ARG_ATTR_ZERO_POINTS;
    return arg >= DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) && (arg & of_attributes) == 0;
}

} // namespace

attribute_arguments::attribute_arguments(const attribute_settings &attributes) {
    for (const auto &[arg, entry] : attributes.scales) expected_.push_back(DNNL_ARG_ATTR_SCALES | arg);
    for (const auto &[arg, entry] : attributes.zero_points)
        expected_.push_back(DNNL_ARG_ATTR_ZERO_POINTS | arg);
}

void attribute_arguments::confirm(int count, const dnnl_exec_arg_t *list) const {
    unsigned found = 0; // a bit for each of those expected, at most three of either kind
    for (int i = 0; i < count; ++i) {
        if (list[i].memory == nullptr || is_known(list[i].arg)) continue;
        const auto at = std::ranges::find(expected_, list[i].arg);
        const unsigned bit = 1u << (at - expected_.begin());
        if (at == expected_.end() || (found & bit) != 0)
            throw left_to_onednn {"argument " + std::to_string(list[i].arg)
                                  + " is of attributes that were set past winodnn, or of none"};
        found |= bit;
    }
    if (found != (1u << expected_.size()) - 1)
        throw left_to_onednn {"an argument is missing of attributes that were seen"};
}

} // namespace winodnn
