// winodnn_status(): are we where programs' calls come by?
#include "provider/report/status_report.hpp"

#include "environment/environment.hpp"
#include "process/thread_text.hpp"
#include "provider/creation/machine.hpp"
#include "provider/objects/status.hpp"
#include "provider/onednn/real.hpp"
#include "provider/reach/images.hpp"

#include <dlfcn.h>

namespace winodnn {

namespace {

// Where no call of oneDNN's comes through the dynamic linker.
status_report describe_inside() {
    if (const onednn *reached = first_reached()) {
        const within_onednn entered(reached);
        return describe_status();
    }
    if (std::string why = why_not_reached(); !why.empty()) return {winodnn_not_interposed, std::move(why)};
    return {winodnn_no_onednn, "no oneDNN v3 was found in the process"};
}

} // namespace

status_report describe_status() {
    const auto version = real().dnnl_version;
    if (version == nullptr || version()->major != 3) return describe_inside();
    if (current_onednn == nullptr && !is_ours(dlsym(RTLD_DEFAULT, "dnnl_primitive_create")))
        return {winodnn_not_interposed, "another library's functions come before winodnn's"};
    if (environment().mode == settings::winograd_mode::off) return {winodnn_off, "WINODNN_MODE=off"};
    if (const expected<machine> usable = describe_machine(); !usable)
        return {winodnn_unsupported, usable.error().text()};
    return {winodnn_active, {}};
}

const char *name_of(winodnn_status_t status) {
    switch (status) {
        case winodnn_active: return "active";
        case winodnn_off: return "off";
        case winodnn_not_interposed: return "not interposed";
        case winodnn_no_onednn: return "no oneDNN";
        case winodnn_unsupported: return "unsupported";
    }
    return "";
}

} // namespace winodnn

winodnn_status_t winodnn_status(const char **reason) {
    static winodnn::thread_text last;
    const char *because = "no memory to find out";
    const winodnn_status_t status = winodnn::guarded_or(winodnn_unsupported, [&] {
        const winodnn::status_report report = winodnn::describe_status();
        because = last.keep(report.reason.c_str());
        return report.status;
    });
    if (reason != nullptr) *reason = because;
    return status;
}
