#include "run/chain_schedule.hpp"

#include <algorithm>

namespace winodnn {

void chain_schedule::add(const problem &p, const block_map &map) {
    member added;
    added.row_step = p.dilation_h;
    added.rows = p.oh;
    const cover &rows = map.rows();
    for (dim band = 0; band < map.bands_of_image(); ++band) {
        chain_step step {map.blocks_of_band(0, band), p.oh, 0, p.ih, 0, 0, p.ow, p.iw};
        const item_range of_band = map.rows_of_band(band);
        for (dim row = of_band.begin; row < of_band.end; ++row) {
            const dim first = rows.first_output(row), first_input = rows.first_input(row);
            const dim last = first + (rows.outputs_inside(row) - 1) * p.dilation_h;
            const dim last_input = first_input + (rows.at(row).inputs - 1) * p.dilation_h;
            step.out_begin = std::min(step.out_begin, first);
            step.out_end = std::max(step.out_end, last + 1);
            // Inside of the image, also if all is padding: so that a later step never begins before.
            step.in_begin = std::min(step.in_begin, std::clamp<dim>(first_input, 0, p.ih));
            step.in_end = std::max(step.in_end, std::clamp<dim>(last_input + 1, 0, p.ih));
        }
        const bool is_one_row = of_band.size() == 1 && p.dilation_h == 1 && p.dilation_w == 1;
        if (!is_one_row) {
            added.steps.push_back(step);
            continue;
        }
        // Of one row, blocks are neighbours from left to right: what one member writes the next one reads
        // before it leaves the cache.
        const cover &cols = map.cols();
        const item_range blocks = step.blocks;
        for (dim block = blocks.begin; block < blocks.end; ++block) {
            const dim first = map.block(block).begin % cols.count(),
                      last = (map.block(block).end - 1) % cols.count();
            step.blocks = {block, block + 1};
            step.first_pixel = cols.first_output(first);
            step.last_pixel = cols.first_output(last) + cols.outputs_inside(last);
            step.in_pixels = std::clamp<dim>(cols.first_input(last) + cols.at(last).inputs, 1, p.iw);
            added.steps.push_back(step);
        }
    }
    std::ranges::stable_sort(added.steps, {}, &chain_step::out_begin);
    members.push_back(std::move(added));
}

std::vector<dim> chain_schedule::band_starts() const {
    std::vector<dim> starts;
    const auto &steps = members.back().steps;
    for (std::size_t s = 0; s < steps.size(); ++s)
        if (steps[s].first_pixel == 0) starts.push_back(static_cast<dim>(s));
    return starts;
}

void chain_schedule::widen(std::vector<dim> &rows, dim first_step, dim last_step) const {
    std::vector<dim> written(members.size(), 0);
    chain_walk walk(*this, first_step);
    walk.run_to(last_step, [&](int member, const chain_step &step) {
        const auto index = static_cast<std::size_t>(member);
        written[index] = std::max(written[index], step.out_end);
        rows[index] =
                std::max(rows[index], written[index] - std::min(walk.first_unread(member), step.out_begin));
        return true;
    });
}

chain_walk::chain_walk(const chain_schedule &schedule, dim first) : schedule_(schedule) {
    const int last = static_cast<int>(schedule.members.size()) - 1;
    next_[static_cast<std::size_t>(last)] = first;
    for (int member = last - 1; member >= 0; --member) {
        const auto &steps = schedule.members[static_cast<std::size_t>(member)].steps;
        const dim wanted = first_unread(member);
        const auto needed =
                std::ranges::find_if(steps, [&](const chain_step &step) { return step.out_end > wanted; });
        next_[static_cast<std::size_t>(member)] = needed - steps.begin();
    }
}

dim chain_walk::first_unread(int member) const {
    const int reader = member + 1;
    dim first = nothing;
    if (reader < static_cast<int>(schedule_.members.size()) && step(reader) != nullptr)
        first = step(reader)->in_begin;
    for (const chain_residual &residual : schedule_.residuals)
        if (residual.source == member && step(residual.member) != nullptr)
            first = std::min(first, step(residual.member)->out_begin);
    return first;
}

namespace {

// What is read or written of a tensor at once.
struct row_span {
    dim begin, rows;
};

std::vector<row_span> spans_of(const chain_schedule &schedule, int member) {
    std::vector<row_span> spans;
    const auto add_outputs = [&](int of) {
        for (const chain_step &step : schedule.members[static_cast<std::size_t>(of)].steps)
            spans.push_back({step.out_begin, step.out_end - step.out_begin});
    };
    add_outputs(member);
    for (const chain_step &step : schedule.members[static_cast<std::size_t>(member) + 1].steps)
        spans.push_back({step.in_begin, step.in_end - step.in_begin});
    for (const chain_residual &residual : schedule.residuals)
        if (residual.source == member) add_outputs(residual.member);
    return spans;
}

} // namespace

row_ring ring_for(const chain_schedule &schedule, int member, dim rows) {
    const dim all = schedule.members[static_cast<std::size_t>(member)].rows;
    const std::vector<row_span> spans = spans_of(schedule, member);
    for (const row_span &span : spans) rows = std::max(rows, span.rows); // of steps that nobody needs as well
    if (rows >= all) return {all, 0, 0};
    row_ring best;
    // Places that rows of tiles begin at over and over again: one more tile than needed is the most that
    // helps.
    constexpr dim most_more = 6;
    for (dim depth = rows; depth <= std::min(rows + most_more, all); ++depth)
        for (dim shift = 0; shift < depth; ++shift) {
            row_ring ring {depth, 0, shift};
            for (const row_span &span : spans)
                ring.repeated = std::max(ring.repeated, ring.place(span.begin) + span.rows - depth);
            const bool repeats_less =
                    ring.repeated < best.repeated || (ring.repeated == best.repeated && depth < best.depth);
            if (best.depth == 0 || repeats_less) best = ring;
        }
    return best;
}

} // namespace winodnn
