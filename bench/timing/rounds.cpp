#include "rounds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace winodnn::bench {

void least_time::add(const turn &t) {
    if (t.undisturbed > 0) seen_.push_back(t.least_seconds);
    undisturbed_ += t.undisturbed;
    disturbed_ += t.disturbed;
}

double least_time::seconds() const {
    return seen_.empty() ? std::numeric_limits<double>::quiet_NaN() : *std::ranges::min_element(seen_);
}

double least_time::seconds_seen_again() const {
    if (seen_.size() < std::size_t(sightings_wanted)) return std::numeric_limits<double>::quiet_NaN();
    std::vector<double> least(sightings_wanted);
    std::ranges::partial_sort_copy(seen_, least);
    return least.back();
}

int least_time::sightings() const {
    const double highest = seconds() * (1 + same_time);
    return static_cast<int>(std::ranges::count_if(seen_, [=](double s) { return s <= highest; }));
}

bool least_time::is_confirmed() const {
    return sightings() >= sightings_wanted;
}

double standing::seconds() const {
    return std::accumulate(parts.begin(), parts.end(), 0.,
            [](double sum, const least_time &part) { return sum + part.seconds(); });
}

bool standing::is_confirmed() const {
    const double again = std::accumulate(parts.begin(), parts.end(), 0.,
            [](double sum, const least_time &part) { return sum + part.seconds_seen_again(); });
    return !parts.empty() && again <= seconds() * (1 + same_time);
}

void rounds::hold(std::vector<std::size_t> &taking_part, const take_turn_function &take) {
    for (const std::size_t i : taking_part) {
        const std::vector<turn> turns = take(i);
        std::vector<least_time> &parts = standings_[i].parts;
        parts.resize(turns.size());
        for (std::size_t part = 0; part < turns.size(); ++part) parts[part].add(turns[part]);
    }
    std::ranges::reverse(taking_part);
}

bool rounds::is_confirmed(const std::vector<std::size_t> &contenders) const {
    return std::ranges::all_of(contenders, [this](std::size_t i) { return standings_[i].is_confirmed(); });
}

void rounds::hold_all(double seconds, const take_turn_function &take) {
    std::vector<std::size_t> all(standings_.size());
    std::iota(all.begin(), all.end(), std::size_t(0));
    const double end = now_seconds() + seconds;
    for (int n = 0; n < fewest_rounds || (!is_confirmed(all) && now_seconds() < end); ++n) hold(all, take);
}

std::string rounds::distrust(const std::vector<std::size_t> &contenders) const {
    if (is_confirmed(contenders)) return {};
    long undisturbed = 0, disturbed = 0;
    bool all_known = true;
    for (const std::size_t i : contenders)
        for (const least_time &part : standings_[i].parts) {
            undisturbed += part.undisturbed();
            disturbed += part.disturbed();
            all_known = all_known && part.is_known();
        }
    const long share = disturbed == 0 ? 0 : std::lround(100. * disturbed / (undisturbed + disturbed));
    if (!all_known)
        return "other programs interrupted " + std::to_string(share)
               + "% of the executions, one contender's always";
    return "the least times were not seen again: times vary, and " + std::to_string(share)
           + "% of the executions were interrupted";
}

std::string rounds::distrust() const {
    std::vector<std::size_t> all(standings_.size());
    std::iota(all.begin(), all.end(), std::size_t(0));
    return distrust(all);
}

} // namespace winodnn::bench
