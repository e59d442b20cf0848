#include "provider/reach/images.hpp"

#include "environment/environment.hpp"
#include "files/standard_streams.hpp"
#include "problem/decimal.hpp"
#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"
#include "provider/objects/status.hpp"
#include "provider/reach/reached_onednn.hpp"
#include "provider/report/verbose.hpp"

#include <algorithm>
#include <atomic>
#include <dlfcn.h>
#include <mutex>
#include <unistd.h>

namespace winodnn {
namespace {

constinit std::atomic<const onednn *> first {nullptr};

struct refusals {
    fork_safe_mutex mutex;
    std::string last;
};

refusals &all_refusals() {
    static never_destroyed<refusals> all;
    return *all;
}

// The images that have been looked at, as long as they are there. Of the thread that is looking.
std::vector<loaded_image> &known_images() {
    static never_destroyed<std::vector<loaded_image>> known;
    return *known;
}

// Nobody waits for a thread that looks: it may be waiting for the loader, whose lock others hold. A process
// that was forked in the meantime does not have that thread.
class turn_to_look {
public:
    turn_to_look() {
        pid_t holder = holder_.load();
        const pid_t self = getpid();
        has_it_ = holder != self && holder_.compare_exchange_strong(holder, self);
    }
    ~turn_to_look() {
        if (has_it_) holder_.store(0);
    }
    turn_to_look(const turn_to_look &) = delete;
    turn_to_look &operator=(const turn_to_look &) = delete;

    explicit operator bool() const { return has_it_; }

private:
    static constinit inline std::atomic<pid_t> holder_ {0};
    bool has_it_ = false;
};

void report(const loaded_image &image, const expected<const onednn *> &reached, const stopwatch &watch) {
    if (reached) {
        const dnnl_version_t *version = (*reached)->functions.dnnl_version();
        if (environment().verbose > 0)
            print_to_stdout("winodnn_verbose,info,reach:%s,oneDNN v%d.%d.%d,%s\n", image.path.c_str(),
                    version->major, version->minor, version->patch, decimal(watch.milliseconds()).c_str());
        return;
    }
    if (environment().verbose > 0)
        print_to_stdout(
                "winodnn_verbose,info,reach:none,%s,%s\n", image.path.c_str(), reached.error().text());
    refusals &all = all_refusals();
    const std::lock_guard lock(all.mutex);
    all.last = "the oneDNN inside of " + image.path + " cannot be reached: " + reached.error().text();
}

void look_into(const loaded_image &image) {
    const stopwatch watch;
    const std::optional<expected<const onednn *>> reached = reach_onednn(image);
    if (!reached) return;
    const onednn *none = nullptr;
    if (*reached) first.compare_exchange_strong(none, **reached);
    report(image, *reached, watch);
}

void look() {
    std::vector<loaded_image> &known = known_images();
    std::vector<loaded_image> present = loaded_images();
    for (const loaded_image &image : present) {
        if (image.contains(&first) || std::ranges::find(known, image) != known.end()) continue;
        look_into(image);
    }
    known = std::move(present);
    // What we asked the loader in vain is not what the program's next dlerror() is about.
    dlerror();
}

// Before the program's own code, and before it can have threads.
[[gnu::constructor]] void look_at_what_the_program_starts_with() {
    look_at_new_images();
}

} // namespace

bool wants_images() {
    static const bool wanted = secure_getenv("WINODNN_REACH") != nullptr && environment().reach
                               && environment().mode != settings::winograd_mode::off;
    return wanted;
}

void look_at_new_images() noexcept {
    static constinit std::atomic<unsigned> asked {0};
    guarded([] {
        if (!wants_images()) return dnnl_success;
        for (unsigned seen = ++asked;;) {
            const turn_to_look turn;
            if (!turn) return dnnl_success;
            look();
            if (asked == seen) return dnnl_success;
            seen = asked;
        }
    });
}

const onednn *first_reached() {
    return first.load(std::memory_order_acquire);
}

std::string why_not_reached() {
    refusals &all = all_refusals();
    const std::lock_guard lock(all.mutex);
    return all.last;
}

} // namespace winodnn
