#include "contest.hpp"

#include "dispatch/cost.hpp"
#include "run/convolution.hpp"
#include "timing/rounds.hpp"
#include "tuning/spelling.hpp"
#include "vs_direct/contender.hpp"
#include "weights/packed_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <omp.h>
#include <ranges>
#include <stdexcept>

namespace winodnn::bench {
namespace {

// What is so much slower than the best after a round cannot become it.
constexpr double hopeless = 1.25;
constexpr double share_of_preliminaries = 0.6;
constexpr std::size_t finalists = 3; // besides the chosen one and direct

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
    void run(int count, const task_function &task) const override {
#pragma omp parallel for num_threads(count) schedule(static, 1)
        for (int i = 0; i < count; ++i) task(i);
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

    std::function<void()> prepare(const plan &chosen) {
        const auto made = std::make_shared<convolution>(problem_, chosen);
        scratchpad_.make_room(made->scratchpad_bytes());
        const packed_block block = packed_in(layout_for(problem_, chosen));
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
        return check_header(layout, block.data()).value();
    }

    const problem &problem_;
    const layer_data &data_;
    const openmp_threads team_;
    aligned_bytes dst_, scratchpad_;
    std::map<tile_id, aligned_bytes> packed_;
    run_args args_;
};

using indices = std::vector<std::size_t>;

class contest {
public:
    contest(std::vector<std::function<void()>> entrants, std::size_t chosen, double seconds)
        : entrants_(std::move(entrants)), chosen_(chosen), start_(now_seconds()), seconds_(seconds),
          preliminary_(entrants_.size()), final_(entrants_.size()) {}

    // Times of all, of the finalists those of the finals; which is the best; what is wrong with the
    // finalists' times.
    std::vector<double> hold(std::size_t &best, std::string &distrust) {
        const indices last = hold_finals(hold_preliminaries());
        best = std::ranges::min(last, {}, [this](std::size_t i) { return time_in(final_, i); });
        distrust = final_.distrust(last);
        std::vector<double> times;
        for (std::size_t i = 0; i < entrants_.size(); ++i)
            times.push_back(preliminary_.contender(i).seconds());
        for (const std::size_t i : last) times[i] = final_.contender(i).seconds();
        return times;
    }

private:
    bool must_stay(std::size_t i) const { return i == 0 || i == chosen_; }

    // One that was never undisturbed is behind all others.
    static double time_in(const rounds &held, std::size_t i) {
        const double seconds = held.contender(i).seconds();
        return std::isnan(seconds) ? std::numeric_limits<double>::infinity() : seconds;
    }

    void hold_round(rounds &held, indices &taking_part) {
        held.hold(taking_part, [this](std::size_t i) { return std::vector<turn> {take_turn(entrants_[i])}; });
    }

    indices hold_preliminaries() {
        indices alive(entrants_.size());
        for (std::size_t i = 0; i < alive.size(); ++i) alive[i] = i;
        const auto time = [this](std::size_t i) { return time_in(preliminary_, i); };
        do {
            hold_round(preliminary_, alive);
            const double least = time(std::ranges::min(alive, {}, time));
            std::erase_if(alive, [&](std::size_t i) {
                return !must_stay(i) && std::isfinite(time(i)) && time(i) > hopeless * least;
            });
        } while (now_seconds() - start_ < seconds_ * share_of_preliminaries);
        return alive;
    }

    indices hold_finals(indices alive) {
        std::ranges::sort(alive, {}, [this](std::size_t i) { return time_in(preliminary_, i); });
        indices last;
        std::size_t others = 0;
        for (const std::size_t i : alive)
            if (must_stay(i) || others++ < finalists) last.push_back(i);
        for (int n = 0;
                n < fewest_rounds || (!final_.is_confirmed(last) && now_seconds() - start_ < seconds_); ++n)
            hold_round(final_, last);
        return last;
    }

    std::vector<std::function<void()>> entrants_;
    const std::size_t chosen_;
    const double start_, seconds_;
    rounds preliminary_, final_;
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
    std::vector<std::function<void()>> entrants;
    entrants.emplace_back([&direct] { direct.execute(); });
    const expected<plan> decided = choose_plan(p, m);
    for (const prediction &c : candidates(p, m, however_slow)) {
        if (decided && *decided == c.plan) result.chosen = result.entries.size();
        result.entries.push_back({spelled(c.plan), c.cycles, 0});
        entrants.push_back(runner.prepare(c.plan));
    }
    contest held(std::move(entrants), result.chosen, seconds);
    const std::vector<double> times = held.hold(result.best, result.distrust);
    for (std::size_t i = 0; i < times.size(); ++i) result.entries[i].microseconds = times[i] * 1e6;
    return result;
}

} // namespace winodnn::bench
