// Eight threads that create, execute, calibrate and destroy for as long as is wanted: all results are right,
// and from the end of the first third on the process takes no more memory.
#include "soak/workload.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>
#include <unistd.h>

namespace winodnn::testing {
namespace {

constexpr int threads = 8, interrupted_exit = 130, skipped_exit = 77;
// What allocators keep for themselves varies by a few MiB, and takes a while to settle. A leak of 100 bytes a
// round would be more within minutes.
constexpr double most_growth_mib = 12;
constexpr double seconds_to_settle = 30;

// Set by Ctrl-C.
std::atomic<bool> interrupted {false};

struct options {
    double seconds = 60;
    unsigned seed = std::random_device()();
};

[[noreturn]] void usage(int status) {
    std::fprintf(status == 0 ? stdout : stderr,
            "usage: soak [--seconds=N] [--seed=N]\n"
            "Uses winodnn in %d threads for N seconds (60), with random draws that start from the seed. "
            "Ctrl-C\n"
            "ends it. ONEDNN_MAX_CPU_ISA caps the instruction set.\n",
            threads);
    std::exit(status);
}

options parse(int argc, char **argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const char *value = std::strchr(argv[i], '=');
        char *end = nullptr;
        const std::string name(
                argv[i], value == nullptr ? std::strlen(argv[i]) : std::size_t(value - argv[i]));
        const double number = value == nullptr ? 0 : std::strtod(value + 1, &end);
        const bool is_number = value != nullptr && end != value + 1 && *end == '\0' && number >= 0;
        if (name == "--help" && value == nullptr) usage(0);
        if (name == "--seconds" && is_number)
            o.seconds = number;
        else if (name == "--seed" && is_number)
            o.seed = static_cast<unsigned>(number);
        else
            usage(2);
    }
    return o;
}

double resident_mib() {
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

class soak {
public:
    explicit soak(const options &o)
        : options_(o),
          work_((std::filesystem::temp_directory_path() / ("soak." + std::to_string(getpid()))).string()) {}

    int run() {
        std::vector<std::thread> running;
        for (unsigned t = 0; t < threads; ++t) running.emplace_back([this, t] { work(t); });
        watch();
        is_over_ = true;
        for (std::thread &t : running) t.join();
        return report();
    }

private:
    void work(unsigned thread) {
        std::seed_seq seeds {options_.seed, thread};
        std::mt19937 random(seeds);
        try {
            for (; !is_over_ && !interrupted; ++rounds_) work_.do_one(random);
        } catch (const soak_failure &f) {
            fail(f.what);
        } catch (const std::exception &e) {
            fail(e.what());
        }
    }

    void fail(const std::string &what) {
        const std::lock_guard lock(mutex_);
        if (failure_.empty()) failure_ = what;
        is_over_ = true;
    }

    double elapsed() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

    // In the main thread.
    void watch() {
        const bool on_terminal = isatty(STDERR_FILENO) != 0;
        const double step = on_terminal ? 1 : std::max(options_.seconds / 20, 5.);
        double next = step;
        while (!is_over_ && !interrupted && elapsed() < options_.seconds) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            const double now = elapsed(), mib = resident_mib();
            double &most = now < options_.seconds / 3 ? most_at_first_ : most_later_;
            most = std::max(most, mib);
            if (now < next) continue;
            next += step;
            std::fprintf(stderr, "%s%.0f of %.0f s: %llu rounds, %.1f MiB resident%s",
                    on_terminal ? "\r" : "", now, options_.seconds, static_cast<unsigned long long>(rounds_),
                    mib, on_terminal ? "  " : "\n");
        }
        if (on_terminal) std::fprintf(stderr, "\n");
    }

    int report() const {
        std::printf("%llu rounds in %.0f s, seed %u: ", static_cast<unsigned long long>(rounds_), elapsed(),
                options_.seed);
        if (!failure_.empty()) {
            std::printf("FAILED: %s\n", failure_.c_str());
            return 1;
        }
        if (interrupted) {
            std::printf("interrupted; until then all results were right\n");
            return interrupted_exit;
        }
        std::printf("all results were right; at most %.1f MiB resident in the first third, %.1f later\n",
                most_at_first_, most_later_);
        const bool has_settled = options_.seconds / 3 >= seconds_to_settle;
        if (!has_settled || most_later_ <= most_at_first_ + most_growth_mib) return 0;
        std::printf("FAILED: the process takes more and more memory\n");
        return 1;
    }

    const options options_;
    workload work_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::atomic<std::uint64_t> rounds_ {0};
    std::atomic<bool> is_over_ {false};
    double most_at_first_ = 0, most_later_ = 0;
    std::mutex mutex_;
    std::string failure_; // the first one
};

} // namespace
} // namespace winodnn::testing

int main(int argc, char **argv) {
    using namespace winodnn::testing;
    const options o = parse(argc, argv);
    if (!cpu_has_capped_isa()) {
        std::printf("this CPU does not have the ISA of the cap\n");
        return skipped_exit;
    }
    std::signal(SIGINT, [](int) { interrupted = true; });
    try {
        return soak(o).run();
    } catch (const soak_failure &f) {
        std::printf("FAILED: %s\n", f.what.c_str());
        return 1;
    }
}
