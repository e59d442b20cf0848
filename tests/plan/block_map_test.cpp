#include "plan/block_map.hpp"

#include "plan/tile_grid.hpp"
#include "plan/workspace.hpp"

#include <gtest/gtest.h>

#include <random>

namespace winodnn {
namespace {

struct sample {
    problem p;
    plan chosen;
};

class drawn_samples {
public:
    sample next() {
        sample s;
        s.chosen.tile =
                all_tiles()[static_cast<std::size_t>(up_to(static_cast<dim>(all_tiles().size())) - 1)];
        const tile &t = tile_of(s.chosen.tile);
        s.p.kh = t.taps.rows;
        s.p.kw = t.taps.cols;
        s.p.pad_t = s.p.pad_b = s.p.kh == 3;
        s.p.pad_l = s.p.pad_r = s.p.kw == 3;
        s.p.mb = up_to(3);
        s.p.ih = s.p.oh = up_to(40);
        s.p.iw = s.p.ow = up_to(40);
        s.p.groups = up_to(4) - 1;
        s.p.ic = (15 + up_to(80)) * s.p.group_count();
        s.p.oc = (15 + up_to(200)) * s.p.group_count();
        s.chosen.isa = static_cast<isa>(up_to(4) - 1);
        s.chosen.mixed = up_to(2) == 1;
        s.chosen.threads = static_cast<int>(up_to(5));
        s.chosen.tiles_per_block = up_to(60);
        const block_map map(s.p, s.chosen);
        s.chosen.oc_chunks = up_to(map.oc_blocks());
        return s;
    }

private:
    dim up_to(dim most) { return 1 + static_cast<dim>(random_() % static_cast<std::uint64_t>(most)); }

    std::mt19937_64 random_ {7};
};

// Every output, a tile with a block of output channels of a group, belongs to one item, and every item to one
// thread, whatever the number of threads.
TEST(block_map, covers_every_output_once) {
    drawn_samples samples;
    for (int n = 0; n < 2000; ++n) {
        const auto [p, chosen] = samples.next();
        SCOPED_TRACE(to_string(p) + " " + name_of(chosen));
        const block_map map(p, chosen);
        const dim channels = map.layout().padded_oc();
        std::vector<int> covered(
                static_cast<std::size_t>(map.layout().group_count() * map.tiles() * channels));
        const int tasks = map.tasks(chosen.threads);
        ASSERT_GE(tasks, 1);
        ASSERT_LE(tasks, chosen.threads);
        dim next = 0;
        for (int task = 0; task < tasks; ++task) {
            const item_range share = map.share(task, tasks);
            ASSERT_EQ(share.begin, next);
            ASSERT_LE(share.end - share.begin, map.most_items(tasks));
            ASSERT_LT(share.begin, share.end); // nobody idles
            for (next = share.begin; next < share.end; ++next) {
                const work_item item = map.item(next);
                ASSERT_GE(item.tiles.size(), map.smallest_block());
                ASSERT_LE(item.tiles.size(), map.largest_block());
                ASSERT_EQ(item.channels.begin % map.layout().oc_block(), 0);
                for (dim t = item.tiles.begin; t < item.tiles.end; ++t)
                    for (dim c = item.channels.begin; c < item.channels.end; ++c)
                        ++covered[static_cast<std::size_t>((item.group * map.tiles() + t) * channels + c)];
            }
        }
        ASSERT_EQ(next, map.items());
        for (const int times : covered) ASSERT_EQ(times, 1);
    }
}

TEST(block_map, counts_the_tiles_of_the_grid_and_bounds_their_blocks) {
    drawn_samples samples;
    for (int n = 0; n < 2000; ++n) {
        const auto [p, chosen] = samples.next();
        const block_map map(p, chosen);
        EXPECT_EQ(map.tiles(), make_grid(p, map).count());
        EXPECT_LE(map.largest_block(), chosen.tiles_per_block);
        EXPECT_LE(map.largest_block() - map.smallest_block(), 1);
    }
}

// V and M of the largest block, and with them each thread's part, lie behind one another.
TEST(block_map, the_scratchpad_holds_what_a_block_needs) {
    drawn_samples samples;
    for (int n = 0; n < 2000; ++n) {
        const auto [p, chosen] = samples.next();
        const block_map map(p, chosen);
        const workspace space(p, chosen, map);
        const auto tiles = static_cast<std::size_t>(map.largest_block());
        EXPECT_GE(space.m_offset - space.v_offset, tiles * static_cast<std::size_t>(map.v_bytes_of_tile()));
        EXPECT_GE(space.partial_offset - space.m_offset,
                tiles * static_cast<std::size_t>(map.m_bytes_of_tile()));
        EXPECT_GE(space.thread_bytes, space.partial_offset);
        std::byte *const start = nullptr;
        const thread_space last = space.of_task(start, chosen.threads - 1);
        EXPECT_LE(static_cast<std::size_t>(last.v - start) + space.thread_bytes, space.total_bytes);
    }
}

} // namespace
} // namespace winodnn
