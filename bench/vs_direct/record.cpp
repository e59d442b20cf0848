#include "record.hpp"

namespace winodnn::bench {

nlohmann::ordered_json json_of(const record &r) {
    const layer &l = r.compared;
    nlohmann::ordered_json json = {{"name", l.name},
            {"shape", {{"mb", l.mb}, {"ic", l.ic}, {"oc", l.oc}, {"ih", l.h.in}, {"iw", l.w.in},
                              {"oh", l.h.out}, {"ow", l.w.out}, {"kh", l.h.kernel}, {"kw", l.w.kernel}}}};
    if (!r.error.empty()) {
        json["error"] = r.error;
        return json;
    }
    json["implementation"] = r.plan;
    json["direct_implementation"] = r.direct_name;
    json["declined"] = r.declined;
    json["why_declined"] = r.why_declined;
    json["mismatches"] = r.checked.mismatches;
    json["direct_mismatches"] = r.checked.direct_mismatches;
    json["snr"] = r.checked.snr;
    json["different_bytes"] = r.checked.different_bytes;
    json["winodnn_ms"] = nullptr;
    json["direct_ms"] = nullptr;
    if (r.seconds) {
        json["winodnn_ms"] = r.seconds->winodnn * 1e3;
        json["direct_ms"] = r.seconds->direct * 1e3;
    }
    json["distrust"] = r.distrust;
    return json;
}

} // namespace winodnn::bench
