// Random convolutions through one program with winodnn on and off: a child process of its own, with
// WINODNN_MODE=off, computes the same list at the same time and sends its results through a pipe.
#include "onednn/compare.hpp"
#include "onednn/run.hpp"
#include "provider/convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <chrono>
#include <cstring>
#include <iostream>
#include <optional>

namespace winodnn::testing {
namespace {

struct options {
    unsigned seed = 1, problems = 2000;
    std::optional<unsigned> only;
    bool child = false;
    bool corrupt = false;    // one bit of one result, to see that it is noticed
    bool seven_bits = false; // for instruction sets where oneDNN's own sums saturate
    double least_share = 0.; // of candidates that have to be winodnn's, in percent
};

[[noreturn]] void usage(std::ostream &out, int status) {
    out << "usage: conformance [--seed=N] [--problems=N] [--only=INDEX] [--seven-bits] [--corrupt]\n"
           "                   [--least-share=PERCENT]\n"
           "Draws random convolutions, and compares each with winodnn on and off.\n"
           "  --seed=N               of what is drawn\n"
           "  --problems=N           how many are drawn\n"
           "  --only=INDEX           this one of them alone\n"
           "  --seven-bits           weights of seven bits, for which oneDNN's sums never saturate\n"
           "  --corrupt              one result is changed, which has to be found\n"
           "  --least-share=PERCENT  of what winodnn could take over, how much it has to\n";
    std::exit(status);
}

options parse(int argc, char **argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        const auto value = [&](const char *name) -> std::optional<unsigned> {
            const std::string prefix = std::string(name) + "=";
            if (!arg.starts_with(prefix)) return {};
            char *end = nullptr;
            const unsigned long number = std::strtoul(arg.c_str() + prefix.size(), &end, 10);
            if (arg.size() == prefix.size() || *end != 0) usage(std::cerr, 2);
            return unsigned(number);
        };
        if (const auto seed = value("--seed"))
            o.seed = *seed;
        else if (const auto problems = value("--problems"))
            o.problems = *problems;
        else if (const auto only = value("--only"))
            o.only = *only;
        else if (const auto share = value("--least-share"))
            o.least_share = *share;
        else if (arg == "--seven-bits")
            o.seven_bits = true;
        else if (arg == "--corrupt")
            o.corrupt = true;
        else if (arg == "--child")
            o.child = true;
        else if (arg == "--help")
            usage(std::cout, 0);
        else
            usage(std::cerr, 2);
    }
    return o;
}

template <typename Work>
void for_each_index(const options &o, const Work &work) {
    if (o.only) {
        work(*o.only);
        return;
    }
    for (unsigned i = 0; i < o.problems; ++i) work(i);
}

struct message_head {
    std::uint64_t size = 0; // of the destination, which follows
    std::int64_t status = dnnl_success;
};

// What the program gets without winodnn: direct convolution where it asked for Winograd by name.
int run_child(const options &o) {
    for_each_index(o, [&](unsigned i) {
        const outcome result = run(draw(o.seed, i, o.seven_bits), dnnl::algorithm::convolution_direct);
        const message_head head {result.dst.size(), result.status};
        std::fwrite(&head, sizeof head, 1, stdout);
        // An empty vector has no address to pass on.
        if (head.size > 0) std::fwrite(result.dst.data(), 1, head.size, stdout);
        std::fflush(stdout);
    });
    return 0;
}

class child_process {
public:
    child_process(const std::string &program, const options &o) {
        std::string command = "WINODNN_MODE=off WINODNN_VERBOSE=0 '" + program + "' --child --seed="
                              + std::to_string(o.seed) + " --problems=" + std::to_string(o.problems);
        if (o.only) command += " --only=" + std::to_string(*o.only);
        if (o.seven_bits) command += " --seven-bits";
        pipe_ = popen(command.c_str(), "r");
    }
    ~child_process() { pclose(pipe_); }
    child_process(const child_process &) = delete;
    child_process &operator=(const child_process &) = delete;

    // Of its status and destination alone.
    outcome next() {
        message_head head;
        if (pipe_ == nullptr || std::fread(&head, sizeof head, 1, pipe_) != 1) died();
        outcome o;
        o.status = dnnl_status_t(head.status);
        o.dst.resize(head.size);
        if (head.size > 0 && std::fread(o.dst.data(), 1, head.size, pipe_) != head.size) died();
        return o;
    }

private:
    [[noreturn]] static void died() {
        std::cerr << "conformance: the process without winodnn ended\n";
        std::exit(1);
    }
    std::FILE *pipe_;
};

struct tally {
    unsigned run = 0, refused = 0, taken = 0, mismatches = 0, formula = 0;
    unsigned direct = 0, direct_taken = 0, named = 0, named_taken = 0; // candidates

    void count(const drawn_case &d, bool is_taken) {
        ++run;
        taken += is_taken;
        if (!d.is_3x3()) return;
        ++(d.by_name() ? named : direct);
        (d.by_name() ? named_taken : direct_taken) += is_taken;
    }
    double share() const {
        const unsigned all = direct + named;
        return all == 0 ? 0. : 100. * double(direct_taken + named_taken) / double(all);
    }
};

// Empty if nothing is.
std::string what_is_wrong(const drawn_case &d, const outcome &result, const outcome &alone, tally &t) {
    if (result.status != alone.status)
        return "status " + std::to_string(result.status) + " instead of " + std::to_string(alone.status);
    if (!result.repeatable) return "another result the second time";
    if (result.implementation.starts_with("wino:") && result.weights_growth > d.max_weights_growth)
        return "weights that take more than they may";
    const verdict v = compare(d, result.dst, alone.dst);
    t.formula += v == verdict::formula;
    return is_right(v) ? "" : name_of(v);
}

void check(const options &o, unsigned index, child_process &child, tally &t) {
    const drawn_case d = draw(o.seed, index, o.seven_bits);
    const outcome alone = child.next();
    outcome result = run(d, dnnl::algorithm::convolution_winograd);
    // What winodnn declines by name oneDNN refuses: then the program asks again.
    if (d.by_name() && result.status != dnnl_success) result = run(d, dnnl::algorithm::convolution_direct);
    if (alone.status != dnnl_success && result.status == alone.status) {
        ++t.refused;
        return;
    }
    const bool is_taken = result.implementation.starts_with("wino:");
    t.count(d, is_taken);
    if (o.corrupt && t.run == 10 && !result.dst.empty()) result.dst[result.dst.size() / 2] ^= 64;
    const std::string wrong = what_is_wrong(d, result, alone, t);
    if (wrong.empty()) return;
    ++t.mismatches;
    std::cout << "MISMATCH " << result.implementation << ": " << wrong << " --seed=" << o.seed
              << (o.seven_bits ? " --seven-bits" : "") << " --only=" << index << "\n  " << to_benchdnn(d)
              << "\n";
}

int run_parent(const std::string &program, const options &o) {
    std::cout << "seed " << o.seed << std::endl;
    const auto start = std::chrono::steady_clock::now();
    child_process child(program, o);
    tally t;
    for_each_index(o, [&](unsigned i) {
        check(o, i, child, t);
        constexpr unsigned at_once = 1000;
        if ((i + 1) % at_once == 0 && !o.only) std::cerr << i + 1 << " of " << o.problems << "\n";
    });
    std::cout << t.run << " problems, and " << t.refused << " that oneDNN refuses, alone or not; " << t.taken
              << " taken over by winodnn: " << t.direct_taken << " of " << t.direct
              << " 3x3 stride-1 ones asked for as direct or auto, " << t.named_taken << " of " << t.named
              << " asked for as Winograd, together " << t.share() << "%\n"
              << t.formula
              << " where oneDNN rounds otherwise than the documented formula, and winodnn does not\n"
              << t.mismatches << " mismatches, "
              << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() << " s\n";
    // On queues what has post-ops that oneDNN computes is declined.
    const bool enough = runs_on_queues() || t.share() >= o.least_share;
    return t.mismatches == 0 && enough ? 0 : 1;
}

} // namespace
} // namespace winodnn::testing

int main(int argc, char **argv) {
    const auto o = winodnn::testing::parse(argc, argv);
    if (!winodnn::testing::cpu_has_capped_isa()) {
        std::cout << winodnn::testing::lacks_capped_isa << '\n';
        return 0;
    }
    return o.child ? winodnn::testing::run_child(o) : winodnn::testing::run_parent(argv[0], o);
}
