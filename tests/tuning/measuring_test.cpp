#include "tuning/measuring.hpp"

#include "tuning/spelling.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace winodnn {
namespace {

// Contenders that take exactly so long, by a clock of their own.
class simulation {
public:
    contender takes(const std::string &name, double seconds, double seconds_to_prepare = 0) {
        return {name, [=, this] {
                    clock_ += seconds_to_prepare;
                    ++prepared_;
                    return [=, this] {
                        clock_ += seconds;
                        order_ += name;
                    };
                }};
    }
    std::vector<timed_choice> measure(const std::vector<contender> &contenders, double seconds) {
        return measure_in_turn(contenders, seconds, [this] { return clock_; });
    }

    double clock_ = 0;
    int prepared_ = 0;
    std::string order_;
};

TEST(measuring, takes_turns_back_and_forth) {
    simulation s;
    const auto measured = s.measure({s.takes("a", 0.010), s.takes("b", 0.020), s.takes("c", 0.015)}, 0.13);
    EXPECT_EQ(s.order_, "abcabccba") << "a warm-up, and rounds until the time is over";
    ASSERT_EQ(measured.size(), 3u);
    EXPECT_EQ(measured[1].choice, "b");
    EXPECT_NEAR(measured[0].microseconds, 10000, 1);
    EXPECT_NEAR(measured[1].microseconds, 20000, 1);
    EXPECT_NEAR(measured[2].microseconds, 15000, 1);
}

TEST(measuring, is_bounded) {
    simulation quick;
    quick.measure({quick.takes("a", 1e-6), quick.takes("b", 1e-6)}, 0.3);
    EXPECT_LE(quick.order_.size(), 250u) << "no more rounds than tell";
    simulation medium;
    medium.measure(std::vector<contender>(7, medium.takes("a", 0.02)), 0.3);
    EXPECT_LE(medium.clock_, 0.3 + 7 * 0.02);
    EXPECT_LT(medium.prepared_, 8);
    simulation preparing;
    preparing.measure(std::vector<contender>(7, preparing.takes("a", 1e-3, 0.05)), 0.3);
    EXPECT_LT(preparing.prepared_, 5) << "what is left out is not prepared";
    simulation slow;
    const auto measured = slow.measure(std::vector<contender>(7, slow.takes("a", 2)), 0.3);
    EXPECT_EQ(slow.prepared_, 2);
    EXPECT_EQ(measured.size(), 2u);
    EXPECT_NEAR(slow.clock_, 8, 1e-9) << "two each";
}

TEST(measuring, one_slow_execution_does_not_decide) {
    simulation s;
    int runs = 0;
    const contender hiccup {"h", [&] { return [&] { s.clock_ += ++runs == 3 ? 5.0 : 0.01; }; }};
    const auto measured = s.measure({hiccup, s.takes("a", 0.02)}, 60);
    EXPECT_NEAR(measured[0].microseconds, 10000, 1);
}

TEST(measuring, direct_convolution_wins_when_nearly_as_fast) {
    const std::string f4 = "f4x4:tiles24:chunks1", f2 = "f2x2:tiles24:chunks1";
    EXPECT_EQ(with_winner({{"direct", 100}, {f4, 97}, {f2, 96}}).winner, f2);
    EXPECT_EQ(with_winner({{"direct", 100}, {f4, 99}, {f2, 110}}).winner, "direct");
    EXPECT_EQ(with_winner({{f4, 99}, {f2, 98.9}}).winner, f2);
    const std::vector<timed_choice> measured {{"direct", 100}, {f4, 97}};
    EXPECT_EQ(with_winner(measured).measured, measured);
}

TEST(measuring, few_plans_are_worth_it) {
    problem p;
    p.mb = 1;
    p.ic = p.oc = 64;
    p.ih = p.iw = p.oh = p.ow = 112;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    const std::vector<prediction> all = candidates(p, {isa::avx2, false, 2});
    const std::vector<plan> few = worth_measuring(all);
    ASSERT_EQ(few.size(), 6u);
    EXPECT_EQ(few.front(), all.front().plan);
    for (std::size_t i = 0; i < few.size(); ++i) {
        EXPECT_LE(std::ranges::count(few, few[i].tile, &plan::tile), 3);
        for (std::size_t k = 0; k < i; ++k)
            if (few[k].tile == few[i].tile && few[k].oc_chunks == few[i].oc_chunks) {
                const auto [less, more] = std::minmax(few[k].tiles_per_block, few[i].tiles_per_block);
                EXPECT_GE(4 * more, 5 * less);
            }
    }
    EXPECT_TRUE(worth_measuring({}).empty());
}

} // namespace
} // namespace winodnn
