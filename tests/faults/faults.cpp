// Runs everything that winodnn does, again and again: each time another one of its allocations or calls of
// the system fails. Each run has to end in the right numbers or in a status: no exception leaves a function,
// no process dies, nothing is leaked, and what is run afterwards is right.
#include "faults/injection.hpp"
#include "faults/scenario.hpp"
#include "winodnn/winodnn.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <execinfo.h>
#include <filesystem>
#include <map>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace winodnn::testing {
namespace {

using clock = std::chrono::steady_clock;

// How much of what winodnn keeps is there when a run begins.
enum class caches {
    warm,  // everything: the same convolution was there before
    fresh, // no kernels for the sizes
    cold,  // nothing: a process of its own for each run
};
constexpr std::array cache_names {"warm", "fresh", "cold"};

struct experiment {
    std::string name;
    std::function<std::unique_ptr<scenario>()> make;
    caches state;
    fault_plan plan; // but for the number
    std::string fault_name;
};

// What a worker tells whoever has started it, also when it dies.
struct report {
    std::atomic<long> nth {0}; // in this run
    std::atomic<long> runs {0}, violations {0};
    std::atomic<bool> finished {false};
    std::array<std::array<char, 48>, 16> results {};
    std::array<std::atomic<long>, 16> counts {};

    void count(const std::string &result) {
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (results[i][0] == '\0')
                results[i][result.copy(results[i].data(), results[i].size() - 1)] = '\0';
            if (result.compare(0, results[i].size() - 1, results[i].data()) != 0) continue;
            ++counts[i];
            return;
        }
    }
    std::string text() const {
        std::string all;
        for (std::size_t i = 0; i < results.size() && results[i][0] != '\0'; ++i)
            all += std::string(all.empty() ? "" : ", ") + results[i].data() + " " + std::to_string(counts[i]);
        return all;
    }
};

constexpr int most_variations = 3000;

class faults_runner {
public:
    faults_runner(const experiment &e, report &r, long stride) : e_(e), report_(r), stride_(stride) {}

    void violation(const std::string &what) const {
        const fault_record record = disarm();
        const std::string text = "in " + (record.function.empty() ? "?" : record.function) + ": " + what;
        ++report_.violations;
        std::printf("  VIOLATION %s, %s, %s%s %ld: %s\n", e_.name.c_str(), cache_names[std::size_t(e_.state)],
                e_.fault_name.c_str(), e_.plan.all_later ? " from" : "", report_.nth.load(), text.c_str());
        std::fflush(stdout);
    }

    // False: there are fewer calls.
    bool run(scenario &s) const {
        fault_plan plan = e_.plan;
        plan.nth = report_.nth;
        std::string result;
        arm(plan);
        try {
            result = s.run();
        } catch (const std::exception &error) {
            violation(std::string("an exception leaves it: ") + error.what());
            return true;
        }
        const fault_record record = disarm();
        if (result.starts_with("wrong")
                || (record.faults == 0 && result != "right" && result != "a whole file"))
            violation("the result is " + result);
        if (record.faults == 0) return false;
        ++report_.runs;
        report_.count(result);
        return true;
    }

    // And afterwards, without a fault.
    void run_again(scenario &s) const {
        try {
            const std::string result = s.run();
            if (result != "right") violation("the next result is " + result);
        } catch (const std::exception &error) {
            violation(std::string("the next run: ") + error.what());
        }
    }

    // All runs from the n-th call on, in this process.
    void work() const {
        const std::unique_ptr<scenario> s = e_.make();
        s->prepare(most_variations + 1);
        for (int n = 0; n < 3; ++n) run_again(*s);
        if (e_.state == caches::warm) s->prepare(0);
        for (int n = 0; n < 3; ++n) run_again(*s);
        long live = live_allocations();
        for (;; report_.nth += stride_) {
            if (e_.state == caches::fresh) s->prepare(int(report_.nth / stride_) % most_variations);
            if (!run(*s)) break;
            run_again(*s);
            if (e_.state != caches::warm) continue;
            // Caches may grow by what is kept for ever, but not each time.
            const long now = live_allocations();
            if (now > live) ++grown_;
            live = now;
        }
        if (grown_ > 20) violation("allocations are kept: " + std::to_string(grown_) + " times");
        report_.finished = true;
    }

    // The same for a process that has done nothing yet.
    void work_cold() const {
        const std::unique_ptr<scenario> s = e_.make();
        s->prepare(0);
        if (!run(*s)) report_.finished = true;
    }

private:
    const experiment &e_;
    report &report_;
    const long stride_;
    mutable int grown_ = 0;
};

std::atomic<bool> interrupted {false};

// Where a process dies.
[[noreturn]] void print_stack_and_die() {
    std::array<void *, 64> frames {};
    backtrace_symbols_fd(frames.data(), backtrace(frames.data(), int(frames.size())), STDERR_FILENO);
    _exit(3);
}

enum class end_of_child { whole, leaking, dead };

template <typename Work>
end_of_child in_child(const Work &work) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        std::set_terminate(print_stack_and_die);
        alarm(120);
        work();
        int leaks = 0;
#if defined(__SANITIZE_ADDRESS__)
        leaks = __lsan_do_recoverable_leak_check();
#endif
        std::fflush(stdout);
        _exit(leaks);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) return end_of_child::dead;
    return WEXITSTATUS(status) == 0 ? end_of_child::whole : end_of_child::leaking;
}

long run_experiment(const experiment &e, double seconds) {
    auto &r = *new (mmap(nullptr, sizeof(report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                      report;
    const clock::time_point begin = clock::now();
    // How many calls there are, and how long a run takes.
    const std::unique_ptr<scenario> counted = e.make();
    fault_plan plan = e.plan;
    plan.nth = 0;
    long calls = 0;
    double taken = 0;
    auto &shared = *new (mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                           std::array<std::atomic<double>, 2>;
    in_child([&] {
        counted->prepare(0);
        if (e.state != caches::cold)
            for (int n = 0; n < 2; ++n) counted->run();
        if (e.state == caches::fresh) counted->prepare(most_variations);
        const clock::time_point start = clock::now();
        arm(plan);
        counted->run();
        const fault_record record = disarm();
        shared[0] = double(record.calls);
        shared[1] = std::chrono::duration<double>(clock::now() - start).count();
    });
    calls = long(shared[0]);
    taken = shared[1] * (e.state == caches::cold ? 1 : 2);
    if (calls < (e.plan.all_later ? 2 : 1)) return 0; // what one experiment has shown already
    const long stride = std::max(1l, long(std::ceil(taken * double(calls) / seconds)));
    r.nth = 1;
    const faults_runner runner(e, r, stride);
    while (!r.finished && !interrupted) {
        const end_of_child end = in_child([&] {
            if (e.state == caches::cold)
                runner.work_cold();
            else
                runner.work();
        });
        if (end == end_of_child::dead) runner.violation("the process dies");
        if (end == end_of_child::leaking) runner.violation("the process leaks");
        if (end == end_of_child::dead || e.state == caches::cold) r.nth += stride;
        if (r.violations > 50) break;
    }
    const std::string step = stride == 1 ? "each" : "every " + std::to_string(stride) + "th";
    std::printf("%-26s %-5s %-14s %6ld calls, %s: %s; %ld violations, %.1f s\n", e.name.c_str(),
            cache_names[std::size_t(e.state)], (e.fault_name + (e.plan.all_later ? " from" : "")).c_str(),
            calls, step.c_str(), r.text().c_str(), r.violations.load(),
            std::chrono::duration<double>(clock::now() - begin).count());
    std::fflush(stdout);
    return r.violations;
}

std::vector<experiment> all_experiments(const std::string &folder) {
    std::vector<experiment> all;
    const fault_plan allocation {fault::allocation, 0, false, ENOMEM},
            all_allocations {fault::allocation, 0, true, ENOMEM};
    // Kernels and tables are made alike for all of them: those that differ most stand for the others.
    int kinds = 0;
    for (const named_scenario &s : convolution_scenarios()) {
        const bool in_all_states = kinds++ % 4 == 0 || s.name.starts_with("declined");
        all.push_back({s.name, s.make, caches::warm, allocation, "allocation"});
        all.push_back({s.name, s.make, caches::warm, all_allocations, "allocation"});
        all.push_back({s.name, s.make, caches::fresh, allocation, "allocation"});
        if (!in_all_states) continue;
        all.push_back({s.name, s.make, caches::fresh, all_allocations, "allocation"});
        all.push_back({s.name, s.make, caches::cold, allocation, "allocation"});
        all.push_back({s.name, s.make, caches::cold, all_allocations, "allocation"});
        for (const bool all_later : {false, true}) {
            all.push_back({s.name, s.make, caches::fresh, {fault::mapping, 0, all_later, ENOMEM}, "mmap"});
            // EACCES is no fault but the system's last word: provider_process_end has it.
            all.push_back(
                    {s.name, s.make, caches::fresh, {fault::protection, 0, all_later, ENOMEM}, "mprotect"});
            all.push_back(
                    {s.name, s.make, caches::cold, {fault::protection, 0, all_later, ENOMEM}, "mprotect"});
        }
    }
    const struct {
        fault kind;
        const char *name;
        int error;
    } files[] = {
            {fault::opening, "open", EMFILE},
            {fault::opening, "open, interrupted", EINTR},
            {fault::looking, "fstat", EACCES},
            {fault::reading, "read", EIO},
            {fault::reading, "read, interrupted", EINTR},
            {fault::writing, "write", ENOSPC},
            {fault::writing, "write, interrupted", EINTR},
            {fault::short_write, "short write", 0},
            {fault::syncing, "fsync", EIO},
            {fault::renaming, "rename", EACCES},
            {fault::locking, "fcntl", ENOLCK},
            {fault::locking, "fcntl, interrupted", EINTR},
            {fault::changing, "fchmod", EPERM},
    };
    const std::vector<named_scenario> with_files {
            {"calibration", [=] { return make_calibration(folder + "/calibration"); }},
            {"tuned creation", [=] { return make_tuned_creation(folder + "/tuned"); }},
            {"dumped kernels", [=] { return make_dumps(folder + "/dumps"); }},
            {"calibration at exit", [=] { return make_calibration_at_exit(folder + "/exit"); }},
    };
    for (const named_scenario &s : with_files) {
        const caches state = s.name == "calibration" ? caches::warm : caches::cold;
        all.push_back({s.name, s.make, state, allocation, "allocation"});
        all.push_back({s.name, s.make, state, all_allocations, "allocation"});
        for (const auto &f : files)
            for (const bool all_later : {false, true})
                if (f.error != EINTR || !all_later)
                    all.push_back({s.name, s.make, state, {f.kind, 0, all_later, f.error}, f.name});
    }
    return all;
}

int usage(std::FILE *to) {
    std::fprintf(to,
            "usage: faults [--seconds=S | --every] [--only=NAME] [--part=I/N]\n"
            "Lets allocations and calls of the system fail, one after the other, in all that winodnn does.\n"
            "  --seconds=S  about so long for each kind of problem, state of the caches and fault (default "
            "1):\n"
            "               where there are more calls than that has time for, every k-th fails\n"
            "  --every      each of them, however long that takes\n"
            "  --only=NAME  experiments whose name contains this\n"
            "  --part=I/N   the I-th of N parts of all experiments\n");
    return to == stdout ? 0 : 2;
}

int run(int argc, char **argv) {
    double seconds = 1;
    std::string only;
    unsigned part = 1, parts = 1;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--help") return usage(stdout);
        if (argument == "--every")
            seconds = 1e9;
        else if (argument.starts_with("--seconds="))
            seconds = std::atof(argument.c_str() + 10);
        else if (argument.starts_with("--only="))
            only = argument.substr(7);
        else if (std::sscanf(argument.c_str(), "--part=%u/%u", &part, &parts) != 2)
            return usage(stderr);
    }
    if (!(seconds > 0) || part < 1 || part > parts) return usage(stderr);
    signal(SIGINT, [](int) { interrupted = true; });
    const std::string folder =
            std::filesystem::temp_directory_path() / ("faults." + std::to_string(getpid()));
    long violations = 0, count = 0;
    std::vector<experiment> all = all_experiments(folder);
    for (std::size_t i = 0; i < all.size() && !interrupted; ++i) {
        if (i % parts != part - 1 || all[i].name.find(only) == std::string::npos) continue;
        violations += run_experiment(all[i], seconds);
        ++count;
    }
    std::filesystem::remove_all(folder);
    std::printf("%ld experiments, %ld violations%s\n", count, violations, interrupted ? ", interrupted" : "");
    return violations == 0 && !interrupted && count > 0 ? 0 : 1;
}

} // namespace
} // namespace winodnn::testing

int main(int argc, char **argv) {
    return winodnn::testing::run(argc, argv);
}
