#include "provider/report/choice_report.hpp"

#include "dispatch/cost.hpp"
#include "provider/creation/machine.hpp"
#include "provider/report/verbose.hpp"

#include <algorithm>
#include <cstdio>

namespace winodnn {
namespace {

// weights:any or their identity in the calibration; of quantized ones how many components are in 16 bits, and
// the dB that the calibration saw.
std::string describe(const convolution_variant &v, double speedup, const layer_calibration *layer) {
    char text[128];
    if (layer == nullptr || !v.plan.numbers.quantized) {
        std::snprintf(text, sizeof(text), "weights:any+tile:%s+numbers:%s+speedup:%.2f",
                tile_of(v.plan.tile).name, name_of(v.plan.numbers).c_str(), speedup);
        return text;
    }
    const component_set &wide = v.plan.numbers.wide;
    std::snprintf(text, sizeof(text),
            "weights:%016llx+tile:%s+numbers:s8+components:%d+wide:%d+snr:%.1f+speedup:%.2f",
            static_cast<unsigned long long>(v.key.identity), tile_of(v.plan.tile).name,
            tile_of(v.plan.tile).components(), wide.count(),
            layer->find(v.plan.tile)->snr(wide, narrow_limit_of(v.plan.isa)), speedup);
    return text;
}

} // namespace

void print_choices(const convolution_request &request, const problem &p,
        std::span<const convolution_variant> variants, const calibration_in_use *calibrated) {
    const expected<machine> m = describe_machine();
    const std::vector<const layer_calibration *> layers =
            calibrated == nullptr ? std::vector<const layer_calibration *> {} : calibrated->layers_like(p);
    const double direct = direct_cycles(p, *m);
    for (const convolution_variant &v : variants) {
        const auto layer = std::ranges::find_if(layers,
                [&](const layer_calibration *l) { return static_cast<const layer_key &>(*l) == v.key; });
        print_refusal("create:choice", "cpu,convolution," + to_string(request),
                describe(v, direct / winograd_cycles(p, *m, v.plan),
                        layer == layers.end() ? nullptr : *layer));
    }
}

} // namespace winodnn
