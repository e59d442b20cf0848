#include "provider/report/verbose.hpp"

#include "environment/environment.hpp"
#include "files/standard_streams.hpp"
#include "problem/decimal.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/creation/machine.hpp"
#include "provider/objects/status.hpp"
#include "provider/onednn/real.hpp"
#include "provider/report/status_report.hpp"
#include "provider/threads/runtime.hpp"
#include "winodnn/winodnn.h"

#include <atomic>

namespace winodnn {
namespace {

std::string describe_calibration() {
    if (is_observing()) return "observing";
    const std::shared_ptr<const calibration_in_use> used = current_calibration();
    if (used == nullptr) return "none";
    return "used,layers:" + std::to_string(used->calibration.layers.size())
           + ",target:" + decimal(used->target_snr) + "dB";
}

void print_header() {
    const dnnl_version_t *version = real().dnnl_version();
    print_to_stdout("winodnn_verbose,info,winodnn v%s\n", WINODNN_VERSION);
    print_to_stdout("winodnn_verbose,info,oneDNN v%d.%d.%d (commit %s)\n", version->major, version->minor,
            version->patch, version->hash);
    const expected<machine> usable = describe_machine();
    print_to_stdout("winodnn_verbose,info,mode:%s,isa:%s,threads:%d\n", winodnn_mode(),
            usable ? name_of(usable->isa) : "none", usable ? usable->threads : 0);
    print_to_stdout("winodnn_verbose,info,calibration:%s\n", describe_calibration().c_str());
    const status_report status = describe_status();
    print_to_stdout("winodnn_verbose,info,status:%s,runtime:%s%s%s\n", name_of(status.status),
            host_runtime() ? host_runtime()->threads->name() : "none", status.reason.empty() ? "" : ",",
            status.reason.c_str());
}

constinit std::atomic<bool> header_printed {false};

void print_line(const char *event, std::string_view info, std::string_view last) {
    if_there_is_memory([&] {
        static const bool once = (print_header(), header_printed = true);
        static_cast<void>(once);
        print_to_stdout("winodnn_verbose,primitive,%s,%.*s,%.*s\n", event, static_cast<int>(info.size()),
                info.data(), static_cast<int>(last.size()), last.data());
    });
}

// What the user wants to see; nothing while there is no memory to find out.
int level() {
    int wanted = 0;
    if_there_is_memory([&] { wanted = environment().verbose; });
    return wanted;
}

std::string argument_name(int arg) {
    switch (arg) {
        case DNNL_ARG_SRC: return "src0";
        case DNNL_ARG_WEIGHTS: return "wei";
        case DNNL_ARG_DST: return "dst";
        default: return std::to_string(arg);
    }
}

std::string masks(const char *title, const std::map<int, quantization_entry> &by_argument) {
    std::string text;
    for (const auto &[arg, entry] : by_argument)
        text += (text.empty() ? title : "+") + argument_name(arg) + ":" + std::to_string(entry.mask);
    return text.empty() ? text : text + " ";
}

std::string operand_of(const post_op &op) {
    const char *mask = op.operand == post_op::broadcast::common ? "0"
                       : op.operand == post_op::broadcast::none ? "15"
                                                                : "2";
    if (op.op == post_op::kind::prelu) return std::string(":") + mask;
    return std::string(":") + name_of(op.type) + ":" + mask;
}

std::string to_string(const post_op &op) {
    if (op.op == post_op::kind::sum)
        return "sum:" + decimal(op.scale) + ":" + std::to_string(op.zero_point) + ":" + name_of(op.type);
    if (op.has_operand()) return name_of(op.op) + operand_of(op);
    std::string text = real().dnnl_alg_kind2str(static_cast<dnnl_alg_kind_t>(op.function));
    if (op.alpha != 0.f || op.beta != 0.f) text += ":" + decimal(op.alpha);
    if (op.beta != 0.f) text += ":" + decimal(op.beta);
    return text;
}

} // namespace

bool verbose_events() {
    return level() >= 1;
}

bool verbose_refusals() {
    return level() >= 2;
}

void print_mode() {
    if (!verbose_events() || !header_printed) return;
    print_to_stdout("winodnn_verbose,info,mode:%s\n", winodnn_mode());
    print_to_stdout("winodnn_verbose,info,calibration:%s\n", describe_calibration().c_str());
}

void print_event(const char *event, std::string_view info, double milliseconds) {
    if_there_is_memory([&] { print_line(event, info, decimal(milliseconds)); });
}

void print_refusal(const char *event, std::string_view info, std::string_view reason) {
    print_line(event, info, reason);
}

std::string to_string(
        const attribute_settings &attributes, const std::vector<post_op> &post_ops, bool user_scratchpad) {
    std::string text = user_scratchpad ? "attr-scratchpad:user " : "";
    text += masks("attr-scales:", attributes.scales) + masks("attr-zero-points:", attributes.zero_points);
    for (std::size_t i = 0; i < post_ops.size(); ++i)
        text += (i == 0 ? "attr-post-ops:" : "+") + to_string(post_ops[i]);
    return text;
}

} // namespace winodnn
