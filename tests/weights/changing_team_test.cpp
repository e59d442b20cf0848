// Teams whose size is another one each time it is asked for, as that of a pool can be.
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"
#include "weights/quantized_weights.hpp"

#include <gtest/gtest.h>

#include <random>

namespace winodnn {
namespace {

class growing_team final : public thread_team {
public:
    int size() const override { return ++size_; }
    void run(int count, const task_function &task) const override { lone_thread().run(count, task); }

private:
    mutable int size_ = 0;
};

TEST(changing_team, packs_as_one_of_one_thread) {
    const weights_layout layout {tile_id {}, 16, {0, 255}, 37, 700, 0, narrow_limit};
    std::mt19937 random(1);
    std::vector<std::int8_t> plain(static_cast<std::size_t>(layout.filters() * layout.taps()));
    for (std::int8_t &w : plain) w = static_cast<std::int8_t>(random());
    const std::vector<float> unrounded(plain.begin(), plain.end());
    const auto packed = [&](const thread_team &team, bool quantized) {
        std::vector<std::byte> block(layout.bytes());
        if (quantized)
            pack_quantized_weights(layout, {}, unrounded.data(), plain.data(), block.data(), team);
        else
            pack_weights(layout, plain.data(), block.data(), team);
        return block;
    };
    for (const bool quantized : {false, true})
        EXPECT_EQ(packed(growing_team(), quantized), packed(lone_thread(), quantized));
}

} // namespace
} // namespace winodnn
