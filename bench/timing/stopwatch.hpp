// One execution on the clock, and whether something else took a CPU from the process meanwhile.
#pragma once

#include <vector>

namespace winodnn::bench {

struct execution_time {
    double seconds = 0;
    bool disturbed = false; // the scheduler took a CPU from one of the process's threads, too often to ignore
};

// The kernel's own threads interrupt everything now and then, for some microseconds: nothing that takes this
// long is ever free of it. A program that wants the CPU as well interrupts ten times as often.
constexpr double seconds_between_tolerable_switches = 50e-3;
constexpr bool is_disturbed(double seconds, long switches) {
    return switches > static_cast<long>(seconds / seconds_between_tolerable_switches);
}

double now_seconds();
// Of all threads of the process, since it started.
long involuntary_switches();

// The switches are read outside the interval that is timed, so that reading them costs the execution nothing
// and none within it goes unseen.
template <typename Execute>
execution_time time_execution(Execute &&execute) {
    const long switches = involuntary_switches();
    const double start = now_seconds();
    execute();
    const double end = now_seconds();
    return {end - start, is_disturbed(end - start, involuntary_switches() - switches)};
}

// What one turn of a contender tells: the least time of its undisturbed executions.
struct turn {
    double least_seconds = 0; // of `undisturbed` executions; means nothing if there were none
    int undisturbed = 0, disturbed = 0;

    void add(const execution_time &e) {
        if (e.disturbed) {
            ++disturbed;
            return;
        }
        if (undisturbed == 0 || e.seconds < least_seconds) least_seconds = e.seconds;
        ++undisturbed;
    }
};

// Where an execution takes longer than this, what others have left in the caches makes no difference.
constexpr double seconds_without_caches = 5e-3;
// Long enough for the caches to become the contender's own, short enough to fit between two interruptions.
constexpr double turn_seconds = 2e-3;
constexpr int fewest_executions = 3;

// A turn of something that is executed as a whole. It begins with an execution that is not timed, unless one
// takes too long to be worth that.
template <typename Execute>
turn take_turn(Execute &&execute) {
    turn result;
    const execution_time first = time_execution(execute);
    if (first.seconds >= seconds_without_caches) {
        result.add(first);
        return result;
    }
    const double start = now_seconds();
    for (int n = 0; n < fewest_executions || now_seconds() - start < turn_seconds; ++n)
        result.add(time_execution(execute));
    return result;
}

} // namespace winodnn::bench
