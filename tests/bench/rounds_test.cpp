// What the rounds believe: on turns that are made up, and on loops whose ratio is known while other programs
// take the CPUs.
#include "timing/rounds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace winodnn::bench {
namespace {

// Turns of one contender after the other, the last one again and again.
class made_up {
public:
    explicit made_up(std::vector<std::vector<turn>> contenders) : contenders_(std::move(contenders)) {}

    std::vector<turn> operator()(std::size_t contender) {
        if (taken_.size() <= contender) taken_.resize(contender + 1);
        const std::vector<turn> &turns = contenders_[contender];
        return {turns[std::min(taken_[contender]++, turns.size() - 1)]};
    }
    std::size_t taken(std::size_t contender) const { return taken_[contender]; }

private:
    std::vector<std::vector<turn>> contenders_;
    std::vector<std::size_t> taken_;
};

constexpr turn interrupted = {0, 0, 1};
turn of(double seconds) {
    return {seconds, 1, 0};
}

TEST(rounds, end_when_every_least_time_was_seen_again) {
    made_up turns({{of(5), of(4), of(1), of(9), of(1.005), of(1.009), of(1)}, {of(2)}});
    rounds held(2);
    held.hold_all(60, std::ref(turns));
    EXPECT_EQ(turns.taken(0), 6u);
    EXPECT_EQ(turns.taken(1), 6u);
    EXPECT_EQ(held.contender(0).seconds(), 1);
    EXPECT_EQ(held.contender(1).seconds(), 2);
    EXPECT_EQ(held.distrust(), "");
}

TEST(rounds, do_not_believe_what_was_seen_once) {
    made_up turns({{of(1), of(2), of(3), of(4)}, {of(2)}});
    rounds held(2);
    held.hold_all(0, std::ref(turns));
    EXPECT_FALSE(held.contender(0).is_confirmed());
    EXPECT_TRUE(held.contender(1).is_confirmed());
    EXPECT_NE(held.distrust().find("not seen again"), std::string::npos);
    EXPECT_EQ(held.distrust({1}), "");
}

TEST(rounds, discard_what_was_interrupted) {
    // A scheduling quantum of 4 ms in the one, which a median would have reported.
    turn disturbed {};
    for (const execution_time e : {execution_time {5e-3, true}, {1e-3, false}, {5e-3, true}})
        disturbed.add(e);
    EXPECT_EQ(disturbed.least_seconds, 1e-3);
    EXPECT_EQ(disturbed.disturbed, 2);
    made_up turns({{disturbed}, {interrupted, of(2e-3)}});
    rounds held(2);
    held.hold_all(60, std::ref(turns));
    EXPECT_EQ(held.contender(0).seconds(), 1e-3);
    EXPECT_EQ(held.contender(1).seconds(), 2e-3);
}

TEST(rounds, have_no_figure_where_all_was_interrupted) {
    made_up turns({{interrupted}, {of(1)}});
    rounds held(2);
    held.hold_all(0, std::ref(turns));
    EXPECT_TRUE(std::isnan(held.contender(0).seconds()));
    EXPECT_NE(held.distrust().find("interrupted 50%"), std::string::npos) << held.distrust();
}

TEST(rounds, add_the_least_times_of_parts) {
    rounds held(1);
    std::vector<std::vector<turn>> frames = {
            {of(1), interrupted}, {of(3), of(2)}, {of(1), of(2)}, {of(1), of(5)}, {of(1), of(2)}};
    std::size_t next = 0;
    held.hold_all(60, [&](std::size_t) { return frames[std::min(next++, frames.size() - 1)]; });
    EXPECT_EQ(held.contender(0).seconds(), 3);
    EXPECT_EQ(held.contender(0).parts[0].sightings(), 4);
    EXPECT_EQ(held.contender(0).parts[1].sightings(), 3);
    EXPECT_TRUE(held.contender(0).is_confirmed());
}

TEST(rounds, believe_a_sum_whose_parts_vary_by_little_of_it) {
    for (const double second_part : {1.05, 1.2}) {
        rounds held(1);
        std::vector<std::vector<turn>> frames = {{of(10), of(1)}, {of(10), of(second_part)}};
        std::size_t next = 0;
        held.hold_all(0, [&](std::size_t) { return frames[std::min<std::size_t>(next++, 1)]; });
        EXPECT_FALSE(held.contender(0).parts[1].is_confirmed());
        EXPECT_EQ(held.contender(0).is_confirmed(), second_part < 1.1) << second_part;
    }
}

TEST(rounds, go_back_and_forth) {
    rounds held(2);
    std::vector<std::size_t> order;
    std::vector<std::size_t> both = {0, 1};
    const auto take = [&](std::size_t i) {
        order.push_back(i);
        return std::vector<turn> {of(1)};
    };
    held.hold(both, take);
    held.hold(both, take);
    EXPECT_EQ(order, (std::vector<std::size_t> {0, 1, 1, 0}));
}

// A program that takes a CPU, and ends with the test, however that ends.
class hog {
public:
    hog() : process_(fork()) {
        if (process_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile long count = 0;;) count = count + 1;
    }
    ~hog() {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
    hog(const hog &) = delete;
    hog &operator=(const hog &) = delete;

private:
    pid_t process_;
};

TEST(stopwatch, notices_another_program) {
    // On one CPU with it, nobody can go on for long without being interrupted.
    cpu_set_t before, one;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
        if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    execution_time e;
    {
        const hog other;
        e = time_execution([] {
            for (const double end = now_seconds() + 0.2; now_seconds() < end;) {
            }
        });
    }
    sched_setaffinity(0, sizeof before, &before);
    EXPECT_TRUE(e.disturbed);
    EXPECT_GE(e.seconds, 0.2);
}

// So many dependent multiplications, which nothing but a clock changes the time of.
void multiply(long count) {
    volatile std::uint64_t result = 1;
    std::uint64_t x = 1;
    for (long i = 0; i < count; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        asm volatile("" : "+r"(x));
    }
    result = x;
    (void)result;
}

TEST(stopwatch, long_executions_may_be_interrupted_as_rarely_as_the_kernel_does) {
    EXPECT_FALSE(is_disturbed(1e-3, 0));
    EXPECT_TRUE(is_disturbed(1e-3, 1));
    EXPECT_TRUE(is_disturbed(49e-3, 1));
    EXPECT_FALSE(is_disturbed(0.41, 8));
    EXPECT_TRUE(is_disturbed(0.41, 9));
}

TEST(rounds, keep_to_the_ratio_or_refuse_while_all_CPUs_are_taken) {
    const std::vector<hog> hogs(std::thread::hardware_concurrency());
    // A quarter of a millisecond or so fits between two interruptions; 50 ms do not.
    for (const long count : {100000L, 20000000L}) {
        rounds held(2);
        held.hold_all(1, [count](std::size_t i) {
            return std::vector<turn> {take_turn([&] { multiply(i == 0 ? count : count / 2); })};
        });
        if (held.distrust().empty()) {
            EXPECT_NEAR(held.contender(0).seconds() / held.contender(1).seconds(), 2, 2 * 0.03) << count;
            std::printf(
                    "%ld: ratio %.3f\n", count, held.contender(0).seconds() / held.contender(1).seconds());
        } else {
            std::printf("%ld: refused: %s\n", count, held.distrust().c_str());
        }
    }
}

} // namespace
} // namespace winodnn::bench
