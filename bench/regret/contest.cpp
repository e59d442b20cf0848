#include "contest.hpp"

#include "dispatch/cost.hpp"
#include "run/convolution.hpp"
#include "tuning/spelling.hpp"
#include "vs_direct/contender.hpp"
#include "weights/packed_weights.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <omp.h>
#include <ranges>
#include <stdexcept>

namespace winodnn::bench {
namespace {

// A turn starts with an execution that is not timed, for what the others have left in the caches; where one
// takes as long as this, they make no difference.
constexpr double seconds_without_caches = 5e-3;
constexpr double turn_seconds = 1e-3;
// One that is interrupted does not decide, unless it is too long for others to fit.
constexpr std::size_t fewest_executions = 3, most_executions = 10;

// What is so much slower than the best after a round cannot become it.
constexpr double hopeless = 1.25;
constexpr double share_of_preliminaries = 0.6;
constexpr std::size_t finalists = 3; // besides the chosen one and direct
constexpr int fewest_final_rounds = 3;

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    return *middle;
}

// Aligned as memory of oneDNN's is: vectors that straddle cache lines would cost twice.
class aligned_bytes {
public:
    void make_room(std::size_t bytes) {
        if (bytes <= bytes_) return;
        data_.reset(static_cast<std::byte *>(::operator new(bytes, alignment)));
        std::memset(data_.get(), 0, bytes);
        bytes_ = bytes;
    }
    std::byte *data() const { return data_.get(); }

private:
    static constexpr std::align_val_t alignment {4096};
    struct release {
        void operator()(std::byte *data) const { ::operator delete(data, alignment); }
    };
    std::unique_ptr<std::byte, release> data_;
    std::size_t bytes_ = 0;
};

class openmp_threads final : public thread_team {
public:
    int size() const override { return omp_get_max_threads(); }
    void run(int count, const part_function &part) const override {
#pragma omp parallel for num_threads(count) schedule(static, 1)
        for (int i = 0; i < count; ++i) part(i);
    }
};

// Runs plans on one set of tensors: one runs at a time.
class plan_runner {
public:
    plan_runner(const problem &p, const layer_data &data) : problem_(p), data_(data) {
        dst_.make_room(static_cast<std::size_t>(p.dst_extent()));
        args_.src = data.src.data();
        args_.dst = dst_.data();
        args_.bias = {data.bias.data(), data_type::f32};
        args_.src_scale = {&data.src_scale, data_type::f32};
        args_.weights_scale = {data.weights_scales.data(), data_type::f32};
        args_.dst_scale = {&data.dst_scale, data_type::f32};
    }

    std::function<void()> prepare(const plan &how) {
        const auto made = std::make_shared<convolution>(problem_, how);
        scratchpad_.make_room(made->scratchpad_bytes());
        const packed_block block = packed_in(layout_for(problem_, how));
        return [this, made, block] {
            args_.weights = block;
            args_.scratchpad = scratchpad_.data();
            if (made->execute(args_, team_) != run_result::computed) throw std::runtime_error("not computed");
        };
    }

private:
    packed_block packed_in(const weights_layout &layout) {
        aligned_bytes &block = packed_[layout.tile];
        if (block.data() == nullptr) {
            block.make_room(layout.bytes());
            pack_weights(layout, data_.weights.data(), block.data(), team_);
        }
        return check_header(layout, block.data()).block;
    }

    const problem &problem_;
    const layer_data &data_;
    const openmp_threads team_;
    aligned_bytes dst_, scratchpad_;
    std::map<tile_id, aligned_bytes> packed_;
    run_args args_;
};

struct entrant {
    std::function<void()> run;
    std::vector<double> times {}; // of a turn each
    double typical() const { return median(times); }

    void take_turn() {
        const bool is_short = times.empty() || times.back() < seconds_without_caches;
        if (is_short) run();
        std::vector<double> executions;
        const double start = now();
        double before = start;
        do {
            run();
            const double after = now();
            executions.push_back(after - before);
            before = after;
        } while ((is_short && executions.size() < fewest_executions)
                 || (before - start < turn_seconds && executions.size() < most_executions));
        times.push_back(median(std::move(executions)));
    }
};

using indices = std::vector<std::size_t>;

// Back and forth, so that none always follows the same one.
void hold_round(std::vector<entrant> &all, indices &taking_part) {
    for (const std::size_t i : taking_part) all[i].take_turn();
    std::ranges::reverse(taking_part);
}

class contest {
public:
    contest(std::vector<entrant> entrants, std::size_t chosen, double seconds)
        : entrants_(std::move(entrants)), chosen_(chosen), start_(now()), seconds_(seconds) {}

    std::vector<double> hold(std::size_t &best) {
        const indices last = finals(preliminaries());
        const auto time = [this](std::size_t i) { return entrants_[i].typical(); };
        best = std::ranges::min(last, {}, time);
        std::vector<double> times;
        for (std::size_t i = 0; i < entrants_.size(); ++i) times.push_back(time(i));
        return times;
    }

private:
    bool must_stay(std::size_t i) const { return i == 0 || i == chosen_; }

    indices preliminaries() {
        indices alive(entrants_.size());
        for (std::size_t i = 0; i < alive.size(); ++i) alive[i] = i;
        do {
            hold_round(entrants_, alive);
            const auto time = [this](std::size_t i) { return entrants_[i].typical(); };
            const double least = time(std::ranges::min(alive, {}, time));
            std::erase_if(alive, [&](std::size_t i) { return !must_stay(i) && time(i) > hopeless * least; });
        } while (now() - start_ < seconds_ * share_of_preliminaries);
        return alive;
    }

    indices finals(indices alive) {
        std::ranges::sort(alive, {}, [this](std::size_t i) { return entrants_[i].typical(); });
        indices last;
        std::size_t others = 0;
        for (const std::size_t i : alive)
            if (must_stay(i) || others++ < finalists) last.push_back(i);
        for (const std::size_t i : last) entrants_[i].times.clear();
        for (int round = 0; round < fewest_final_rounds || now() - start_ < seconds_; ++round)
            hold_round(entrants_, last);
        return last;
    }

    std::vector<entrant> entrants_;
    const std::size_t chosen_;
    const double start_, seconds_;
};

} // namespace

std::optional<problem> problem_of(const layer &l) {
    const auto is_served = [](const extent &e) {
        return e.stride == 1 && (e.dilation == 0 || e.kernel == 1) && e.pad_before <= 1 && e.pad_after() >= 0
               && e.pad_after() <= 1;
    };
    if (!is_served(l.h) || !is_served(l.w)) return {};
    problem p;
    p.mb = l.mb;
    p.ic = l.ic;
    p.oc = l.oc;
    p.ih = l.h.in;
    p.iw = l.w.in;
    p.oh = l.h.out;
    p.ow = l.w.out;
    p.kh = l.h.kernel;
    p.kw = l.w.kernel;
    p.pad_t = l.h.pad_before;
    p.pad_b = l.h.pad_after();
    p.pad_l = l.w.pad_before;
    p.pad_r = l.w.pad_after();
    p.bias = data_type::f32;
    p.src_scale = p.dst_scale = true;
    p.weights_scale = problem::weights_scale_kind::per_oc;
    p.post_ops = {{.op = post_op::kind::relu}};
    const bool any = std::ranges::any_of(all_tiles(), [&](tile_id tile) { return serves(tile, p); });
    return any ? std::optional(p) : std::nullopt;
}

outcome hold_contest(const layer &l, const problem &p, const machine &m, double seconds) {
    const layer_data data(l, false);
    contender direct(ask(dnnl::engine(dnnl::engine::kind::cpu, 0), l, flavour::layer), flavour::layer, data);
    plan_runner runner(p, data);

    outcome result;
    result.entries.push_back({direct_choice, direct_cycles(p, m), 0});
    std::vector<entrant> entrants;
    entrants.push_back({[&direct] { direct.execute(); }});
    const decision decided = choose_plan(p, m);
    for (const prediction &c : candidates(p, m, however_slow)) {
        if (decided.chosen == c.how) result.chosen = result.entries.size();
        result.entries.push_back({spelled(c.how), c.cycles, 0});
        entrants.push_back({runner.prepare(c.how)});
    }
    contest held(std::move(entrants), result.chosen, seconds);
    const std::vector<double> times = held.hold(result.best);
    for (std::size_t i = 0; i < times.size(); ++i) result.entries[i].microseconds = times[i] * 1e6;
    return result;
}

} // namespace winodnn::bench
