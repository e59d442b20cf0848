// Contenders timed in short turns, round after round, until their times can be believed or time is up.
//
// The least of the undisturbed times is what counts: whatever else a machine does makes executions longer,
// never shorter. One least time can be luck (a clock that was higher for a moment), and a machine that is
// never quiet has no least time that is right. So it has to be seen again, in other rounds.
#pragma once

#include "stopwatch.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace winodnn::bench {

// Two times that differ by less are the same. Ratios of least times are within about twice of it.
constexpr double same_time = 0.015;
constexpr int sightings_wanted = 3;
constexpr int fewest_rounds = 5;

// Of one contender, or of one part of it: a layer of a network.
class least_time {
public:
    void add(const turn &t); // at most one sighting a turn
    bool is_known() const { return !seen_.empty(); }
    bool is_confirmed() const;
    double seconds() const; // NaN if it is not known
    double seconds_seen_again()
            const; // that so many sightings as are wanted do not exceed; NaN if there are fewer
    int sightings() const;
    int undisturbed() const { return undisturbed_; }
    int disturbed() const { return disturbed_; }

private:
    std::vector<double> seen_; // the least of each turn
    int undisturbed_ = 0, disturbed_ = 0;
};

// A contender's time is the sum of its parts' least times: a long execution can be undisturbed part by part
// where it never is as a whole. It is confirmed as a sum: what one part of twenty lacks, others make up for.
struct standing {
    std::vector<least_time> parts;

    double seconds() const;
    bool is_confirmed() const;
};

class rounds {
public:
    using take_turn_function = std::function<std::vector<turn>(std::size_t contender)>; // a turn of each part

    explicit rounds(std::size_t contenders) : standings_(contenders) {}

    // One turn of each of `taking_part`, by which it is reversed: none always follows the same one.
    void hold(std::vector<std::size_t> &taking_part, const take_turn_function &take);
    // Rounds of all, until every time is confirmed or `seconds` have passed; at least
    // `fewest_rounds`.
    void hold_all(double seconds, const take_turn_function &take);

    const standing &contender(std::size_t number) const { return standings_[number]; }
    // What is wrong with the figures of these contenders, for the user; empty if nothing is.
    std::string distrust(const std::vector<std::size_t> &contenders) const;
    std::string distrust() const;
    bool is_confirmed(const std::vector<std::size_t> &contenders) const;

private:
    std::vector<standing> standings_;
};

} // namespace winodnn::bench
