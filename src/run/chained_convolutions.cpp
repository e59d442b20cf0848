#include "run/chained_convolutions.hpp"

#include "problem/limits.hpp"
#include "problem/rounding.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace winodnn {

namespace {

constexpr std::size_t cache_line = 64;

std::byte *aligned(void *data) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    return static_cast<std::byte *>(data) + (round_up(address, std::uintptr_t {cache_line}) - address);
}

// Pixel by pixel where there is something between them.
void copy_row(std::byte *to, dim to_pixel, const std::byte *from, dim from_pixel, dim pixels, dim channels) {
    if (to_pixel == channels && from_pixel == channels) {
        std::memcpy(to, from, static_cast<std::size_t>(pixels * channels));
        return;
    }
    for (dim x = 0; x < pixels; ++x)
        std::memcpy(to + x * to_pixel, from + x * from_pixel, static_cast<std::size_t>(channels));
}

} // namespace

// One thread's: where its memory is, and what the program gave.
struct chained_convolutions::strip {
    std::span<const chained_args> args;
    std::byte *shared, *own, *rings;
};

chained_convolutions::chained_convolutions(std::vector<chained_member> members, int threads) {
    choose_strides(members);
    for (chained_member &member : members) {
        schedule_.add(member.described, block_map(member.described, member.variants.front().chosen));
        const int index = static_cast<int>(parts_.size());
        for (const chained_operand &operand : member.operands)
            schedule_.residuals.push_back({index, operand.source});
        if (member.begins_as) schedule_.residuals.push_back({index, *member.begins_as});
        std::vector<convolution> computations;
        for (const chained_variant &variant : member.variants)
            computations.emplace_back(member.described, variant.chosen, variant.quantizers);
        parts_.push_back({std::move(member), std::move(computations)});
    }
    place(threads);
}

// Rows that are kept begin an odd number of cache lines apart, so that they spread over a cache's sets;
// images take their places one after the other.
void chained_convolutions::choose_strides(std::vector<chained_member> &members) const {
    for (std::size_t k = 0; k + 1 < members.size(); ++k) {
        problem &p = members[k].described;
        if (!members[k].whole) {
            const dim lines = ceil_div(p.ow * p.oc, dim {cache_line}) | 1;
            p.dst_view = nhwc_strides {0, lines * dim {cache_line}, p.oc};
        }
        members[k + 1].described.src_view = p.dst_strides();
    }
    for (chained_member &member : members)
        for (const chained_operand &operand : member.operands)
            member.described.post_ops[operand.post_op].operand_strides =
                    members[static_cast<std::size_t>(operand.source)].described.dst_strides();
}

void chained_convolutions::place(int threads) {
    images_ = parts_.front().made_of.described.mb;
    band_starts_ = schedule_.band_starts();
    strips_ = static_cast<int>(std::min(dim {threads}, images_ * std::ssize(band_starts_)));
    band_starts_.push_back(std::ssize(schedule_.members.back().steps));

    std::vector<dim> rows(parts_.size(), 0);
    for (int s = 0; s < strips_; ++s)
        for_each_image(s, [&](dim, dim first, dim last) { schedule_.widen(rows, first, last); });
    std::size_t shared = 0, workspace = 0;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
        part &p = parts_[k];
        p.shared_offset = shared;
        std::size_t shared_of_member = 0;
        for (const convolution &computation : p.computations) {
            shared_of_member = std::max(shared_of_member, computation.shared_bytes());
            workspace = std::max(workspace, computation.thread_bytes());
        }
        shared += shared_of_member;
        if (k + 1 == parts_.size() || p.made_of.whole) continue;
        p.ring = ring_for(schedule_, static_cast<int>(k), rows[k]);
        p.row_bytes = p.made_of.described.dst_strides().h;
        p.ring_offset = rings_bytes_;
        rings_bytes_ += static_cast<std::size_t>(p.ring.places() * p.row_bytes);
    }
    strips_offset_ = shared;
    thread_bytes_ = round_up(workspace, cache_line) + rings_bytes_;
    scratchpad_bytes_ = shared + strip_count() * thread_bytes_ + cache_line;
}

// The parts of images that are a strip: visit(image, first step, last step).
template <typename Visit>
void chained_convolutions::for_each_image(int strip, const Visit &visit) const {
    const dim bands = std::ssize(band_starts_) - 1, all = images_ * bands, end = all * (strip + 1) / strips_;
    const auto step_of = [&](dim band) { return band_starts_[static_cast<std::size_t>(band)]; };
    for (dim at = all * strip / strips_; at < end;) {
        const dim image = at / bands, next = std::min(end, (image + 1) * bands);
        visit(image, step_of(at - image * bands), step_of(next - image * bands));
        at = next;
    }
}

// As if all rows were there: the address of row 0, by which row `first` and those that follow it are found.
std::byte *chained_convolutions::rows(const strip &s, dim image, int member, dim first) const {
    const part &p = parts_[static_cast<std::size_t>(member)];
    if (p.ring.depth == 0)
        return static_cast<std::byte *>(s.args[static_cast<std::size_t>(member)].of_member.dst)
               + image * p.made_of.described.dst_strides().n;
    const dim offset = static_cast<dim>(p.ring_offset) + (p.ring.place(first) - first) * p.row_bytes;
    return reinterpret_cast<std::byte *>(
            reinterpret_cast<std::uintptr_t>(s.rings) + static_cast<std::uintptr_t>(offset));
}

bool chained_convolutions::run_step(const strip &s, dim image, int member, const chain_step &step) const {
    const part &p = parts_[static_cast<std::size_t>(member)];
    // Kernels count images from the first one, which rings have not.
    const auto of_first_image = [&](int of, dim first) {
        return rows(s, image, of, first)
               - image * parts_[static_cast<std::size_t>(of)].made_of.described.dst_strides().n;
    };
    run_args args = s.args[static_cast<std::size_t>(member)].of_member;
    if (member > 0) args.src = of_first_image(member - 1, step.in_begin);
    const bool is_last = member + 1 == static_cast<int>(parts_.size());
    if (!is_last) args.dst = of_first_image(member, step.out_begin);
    std::array<const void *, most_post_ops> operands;
    if (!p.made_of.operands.empty()) {
        std::copy_n(args.operands, p.made_of.described.post_ops.size(), operands.begin());
        for (const chained_operand &operand : p.made_of.operands)
            operands[operand.post_op] = of_first_image(operand.source, step.out_begin);
        args.operands = operands.data();
    }
    begin_rows(s, image, member, step);
    const convolution &computation = p.computations[s.args[static_cast<std::size_t>(member)].variant];
    if (!computation.run_blocks(args, s.shared + p.shared_offset, s.own, image, step.blocks)) return false;
    if (p.ring.repeated > 0) repeat_rows(s, member, step);
    return true;
}

// What a sum adds to.
void chained_convolutions::begin_rows(const strip &s, dim image, int member, const chain_step &step) const {
    const part &p = parts_[static_cast<std::size_t>(member)];
    if (!p.made_of.begins_as && !p.made_of.begins_as_tensor) return;
    const problem &described = p.made_of.described;
    const nhwc_strides to = described.dst_strides();
    std::byte *into;
    if (member + 1 == static_cast<int>(parts_.size()))
        into = static_cast<std::byte *>(s.args.back().of_member.dst) + image * to.n;
    else
        into = rows(s, image, member, step.out_begin);
    const std::byte *from;
    nhwc_strides strides;
    if (p.made_of.begins_as) {
        strides = parts_[static_cast<std::size_t>(*p.made_of.begins_as)].made_of.described.dst_strides();
        from = rows(s, image, *p.made_of.begins_as, step.out_begin);
    } else {
        strides = *p.made_of.begins_as_tensor;
        from = static_cast<const std::byte *>(s.args[static_cast<std::size_t>(member)].begin_as)
               + image * strides.n;
    }
    const dim every = schedule_.members[static_cast<std::size_t>(member)].row_step;
    for (dim y = step.out_begin; y < step.out_end; y += every)
        copy_row(into + y * to.h + step.first_pixel * to.w, to.w,
                from + y * strides.h + step.first_pixel * strides.w, strides.w,
                step.last_pixel - step.first_pixel, described.oc);
}

// Rows whose places are there twice, from where they were written to the other one.
void chained_convolutions::repeat_rows(const strip &s, int member, const chain_step &step) const {
    const part &p = parts_[static_cast<std::size_t>(member)];
    const dim channels = p.made_of.described.oc; // next to each other, as pixels are
    std::byte *ring = s.rings + p.ring_offset + step.first_pixel * channels;
    const dim every = schedule_.members[static_cast<std::size_t>(member)].row_step;
    const auto bytes = static_cast<std::size_t>((step.last_pixel - step.first_pixel) * channels);
    for (dim y = step.out_begin; y < step.out_end; y += every) {
        const dim place = p.ring.place(step.out_begin) + y - step.out_begin;
        if (place >= p.ring.depth)
            std::memcpy(ring + (place - p.ring.depth) * p.row_bytes, ring + place * p.row_bytes, bytes);
        else if (place < p.ring.repeated)
            std::memcpy(ring + (place + p.ring.depth) * p.row_bytes, ring + place * p.row_bytes, bytes);
    }
}

bool chained_convolutions::run_strip(
        std::span<const chained_args> args, std::byte *scratchpad, int number) const {
    std::byte *own = scratchpad + strips_offset_ + static_cast<std::size_t>(number) * thread_bytes_;
    const strip s {args, scratchpad, own, own + (thread_bytes_ - rings_bytes_)};
    bool done = true;
    for_each_image(number, [&](dim image, dim first, dim last) {
        chain_walk walk(schedule_, first);
        done = done && walk.run_to(last, [&](int member, const chain_step &step) {
            return run_step(s, image, member, step);
        });
    });
    return done;
}

run_result chained_convolutions::execute(
        std::span<const chained_args> args, void *scratchpad, const thread_team &team) const {
    std::byte *start = aligned(scratchpad);
    for (std::size_t k = 0; k < parts_.size(); ++k)
        if (!parts_[k].computations[args[k].variant].prepare(
                    args[k].of_member, start + parts_[k].shared_offset))
            return run_result::beyond_proof;
    std::atomic<bool> failed {false};
    team.run(strips_, [&](int strip) {
        if (!run_strip(args, start, strip)) failed.store(true, std::memory_order_relaxed);
    });
    return failed.load(std::memory_order_relaxed) ? run_result::stage_failed : run_result::computed;
}

} // namespace winodnn
