// Whatever a block's header says, with checksums that are right: refused, or read without leaving memory. All
// buffers end, or begin, at unmapped pages.
#include "dispatch/dispatch.hpp"
#include "run/convolution.hpp"
#include "support/altered_block.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/quantizers.hpp"
#include "weights/packed_weights.hpp"
#include "weights/quantized_weights.hpp"

#include <functional>
#include <limits>
#include <map>
#include <memory>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(altered_blocks);

using testing::altered_group;

struct block_of_layer {
    std::string name;
    problem p;
    winodnn::plan plan;
};

problem layer(dim ic, dim oc, dim groups = 0) {
    problem p;
    p.mb = 1;
    p.ic = ic;
    p.oc = oc;
    p.groups = groups;
    p.ih = p.oh = 5;
    p.iw = p.ow = 6;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    p.dst = data_type::f32;
    return p;
}

std::vector<block_of_layer> blocks_of_all_kinds(isa i) {
    const auto plan_for = [&](const problem &p, bool calibrated, const number_system &numbers) {
        plan chosen = plan_with_tile(p, {i, false, 1}, tile_id::f4x4, calibrated, numbers);
        if (numbers.quantized) chosen.mixed = false;
        return chosen;
    };
    const auto promised_plan_for = [&](const problem &p) {
        plan chosen = plan_with_tile(p, {i, false, 1}, tile_id::sfc4x4);
        chosen.source_bits = 4;
        return chosen;
    };
    const problem small = layer(19, 21), groups = layer(2 * 17, 2 * 20, 2), large = layer(517, 17);
    const number_system some_wide {true, component_set {0x5a5a5}};
    return {{"exact", small, plan_for(small, false, exact)},
            {"groups", groups, plan_for(groups, false, exact)},
            {"that can be split", large, plan_for(large, false, exact)},
            {"exact in a calibrated layout", large, plan_for(large, true, exact)},
            {"quantized", small, plan_for(small, true, some_wide)},
            {"quantized groups", groups, plan_for(groups, true, some_wide)},
            {"quantized, of many channels", large, plan_for(large, true, some_wide)},
            {"of few bits", small, promised_plan_for(small)},
            {"groups of few bits", groups, promised_plan_for(groups)}};
}

class subject {
public:
    subject(const block_of_layer &of, testing::guard side)
        : p_(of.p), plan_(of.plan), layout_(layout_for(p_, plan_)),
          weights_(static_cast<std::size_t>(p_.oc * p_.group_ic() * 9),
                  static_cast<std::int8_t>(of.plan.source_bits < 8 ? 7 : 127)),
          src_(static_cast<std::size_t>(p_.src_extent()), side), block_(layout_.bytes(), side),
          dst_(static_cast<std::size_t>(p_.dst_extent()) * 4, side) {
        if (plan_.numbers.quantized) {
            const std::vector<float> unrounded(weights_.begin(), weights_.end());
            pack_quantized_weights(layout_, plan_.numbers.wide, unrounded.data(), weights_.data(),
                    block_.data(), lone_thread());
        } else {
            pack_weights(layout_, weights_.data(), block_.data(), lone_thread());
        }
        packed_.assign(block_.data(), block_.data() + layout_.bytes());
    }

    const weights_layout &layout() const { return layout_; }
    dim groups() const { return layout_.group_count(); }

    // The reason for which it is refused, or "" and then it was unpacked and, if it is in the plan's numbers,
    // multiplied with.
    std::string outcome(dim group, const std::function<void(altered_group &)> &alter) {
        std::copy(packed_.begin(), packed_.end(), block_.data());
        altered_group g(layout_, block_.data(), group);
        alter(g);
        const expected<packed_block> block = check_block(layout_, block_.data());
        if (!block) return block.error().text();
        const testing::guarded_array<std::int8_t> back(weights_.size());
        unpack_weights(layout_, *block, back.data(), lone_thread());
        plan chosen = plan_;
        chosen.numbers = block->numbers;
        multiply(chosen, *block);
        return "";
    }

private:
    void multiply(const plan &chosen, const packed_block &block) {
        std::unique_ptr<const convolution> &conv = convolutions_[chosen.numbers];
        if (conv == nullptr)
            conv = std::make_unique<const convolution>(p_, chosen,
                    chosen.numbers.quantized ? testing::quantizers_of(p_, chosen) : class_quantizers {});
        const testing::guarded_array<std::byte> scratchpad(conv->scratchpad_bytes());
        run_args args;
        args.src = src_.data();
        args.weights = block;
        args.dst = dst_.data();
        args.scratchpad = scratchpad.data();
        EXPECT_EQ(conv->execute(args, lone_thread()), run_result::computed);
    }

    problem p_;
    plan plan_;
    weights_layout layout_;
    std::vector<std::int8_t> weights_;
    testing::guarded_buffer src_, block_, dst_;
    std::vector<std::byte> packed_;
    std::map<number_system, std::unique_ptr<const convolution>> convolutions_;
};

constexpr std::int64_t strange_values[] = {0, 1, 2, 3, 7, 8, 16, 24, 512, 520, 1000, 1 << 20, -1, -8,
        std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min(),
        std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()};

template <typename T>
void for_each_value(T as_it_is, const std::function<void(T)> &work) {
    for (const std::int64_t value : strange_values)
        if (static_cast<T>(value) != as_it_is) work(static_cast<T>(value));
    for (const int step : {-9, -8, -1, 1, 8, 9}) work(static_cast<T>(as_it_is + static_cast<T>(step)));
    for (unsigned bit = 0; bit < 8 * sizeof(T); ++bit) work(as_it_is ^ static_cast<T>(T {1} << bit));
}

void for_each_group(isa i, const std::function<void(subject &, dim)> &work) {
    for (const block_of_layer &kind : blocks_of_all_kinds(i))
        for (const testing::guard side : {testing::guard::after, testing::guard::before}) {
            SCOPED_TRACE(kind.name);
            subject s(kind, side);
            ASSERT_EQ(s.outcome(0, [](altered_group &) {}), "") << "as it was packed";
            for (dim g = 0; g < s.groups(); ++g) work(s, g);
        }
}

constexpr const char *corrupt = "the packed weights' header is corrupt";

// What the layout does not say, but follows from it or from what else is in the header.
TEST_P(altered_blocks, fields_of_the_header) {
    for_each_group(GetParam(), [](subject &s, dim group) {
        // `reasons`: all that there can be.
        const auto expect_outcome = [&](const char *name, auto field,
                                            std::initializer_list<std::string> reasons) {
            group_header as_packed {};
            s.outcome(group, [&](altered_group &g) { as_packed = g.header; });
            using value_type = std::remove_reference_t<decltype(field(as_packed))>;
            for_each_value<value_type>(field(as_packed), [&](value_type value) {
                const std::string reason = s.outcome(group, [&](altered_group &g) {
                    field(g.header) = value;
                    g.seal();
                });
                EXPECT_NE(std::ranges::find(reasons, reason), reasons.end())
                        << name << " " << value << ": " << reason;
            });
        };
        using header = group_header;
        const std::string another = "the weights were packed for another convolution";
        expect_outcome("magic", [](header & h) -> auto & { return h.magic; },
                {"the weights were not packed by winodnn's reorder"});
        expect_outcome("version", [](header & h) -> auto & { return h.version; },
                {"the weights were packed by another version of winodnn"});
        for (const int n : {0, 1, 2})
            expect_outcome("layout", [n](header & h) -> auto & { return h.layout[n]; }, {another});
        expect_outcome("size", [](header & h) -> auto & { return h.layout[3]; }, {corrupt});
        expect_outcome("parts", [](header & h) -> auto & { return h.parts; }, {corrupt});
        expect_outcome("quantized", [](header & h) -> auto & { return h.number_system; }, {corrupt});
        // Another set of as many components has the same size, and is as good as the one before.
        expect_outcome("wide", [](header & h) -> auto & { return h.components[0]; },
                {corrupt, "", "the packed weights' groups do not belong together"});
        // It says nothing of where anything is.
        expect_outcome("identity", [](header & h) -> auto & { return h.identity; }, {""});
    });
}

// Of one output channel's weights: never more than if all were as large as they get.
TEST_P(altered_blocks, largest_sum) {
    for_each_group(GetParam(), [](subject &s, dim group) {
        const std::int64_t most = s.layout().ic * 9 * 128;
        for_each_value<std::int64_t>(most, [&](std::int64_t value) {
            EXPECT_EQ(s.outcome(group,
                              [&](altered_group &g) {
                                  g.header.largest_sum = value;
                                  g.seal();
                              }),
                    value >= 0 && value <= most ? "" : corrupt)
                    << value;
        });
    });
}

TEST_P(altered_blocks, checksums) {
    for_each_group(GetParam(), [](subject &s, dim group) {
        EXPECT_EQ(s.outcome(group,
                          [](altered_group &g) {
                              ++g.header.payload_checksum;
                              g.seal_header();
                          }),
                "the packed weights are corrupt");
        EXPECT_EQ(s.outcome(group, [](altered_group &g) { *g.payload() ^= std::byte {1}; }),
                "the packed weights are corrupt");
        EXPECT_EQ(s.outcome(group, [](altered_group &g) { g.set_end(0, g.end_of(0) ^ 8); }), corrupt);
    });
}

TEST_P(altered_blocks, ends_of_parts) {
    for_each_group(GetParam(), [](subject &s, dim group) {
        std::vector<std::uint32_t> ends;
        s.outcome(group, [&](altered_group &g) {
            for (std::uint32_t n = 0; n < g.header.parts; ++n) ends.push_back(g.end_of(n));
        });
        for (std::size_t n = 0; n < ends.size(); ++n)
            for_each_value<std::uint32_t>(ends[n], [&](std::uint32_t value) {
                const std::string reason = s.outcome(group, [&](altered_group &g) {
                    g.set_end(n, value);
                    g.seal();
                });
                const std::uint32_t before = n == 0 ? 0 : ends[n - 1];
                const bool in_order =
                        value > before && value % 8 == 0 && n + 1 < ends.size() && value < ends[n + 1];
                EXPECT_EQ(reason, in_order ? "" : corrupt) << "end " << n << " at " << value;
            });
    });
}

// As many parts as there can be, one more, empty ones, and ones that go back.
TEST_P(altered_blocks, lists_of_parts) {
    for_each_group(GetParam(), [](subject &s, dim group) {
        const weights_layout &l = s.layout();
        const auto most = static_cast<std::uint32_t>(l.part_capacity());
        const bool may_have_parts = l.ic > 500;
        const auto outcome = [&](std::uint32_t count,
                                     const std::function<std::uint32_t(std::uint32_t)> &end) {
            bool quantized = false;
            const std::string reason = s.outcome(group, [&](altered_group &g) {
                quantized = g.header.number_system != 0;
                g.header.parts = count;
                for (std::uint32_t n = 0; n < std::min(count, most); ++n) g.set_end(n, end(n));
                g.seal();
            });
            return std::pair {reason, quantized};
        };
        const auto [all, quantized] = outcome(most, [](std::uint32_t n) { return 8 * (n + 1); });
        EXPECT_EQ(all, may_have_parts && !quantized ? "" : corrupt);
        const auto padded_ic = static_cast<std::uint32_t>(l.padded_ic());
        EXPECT_EQ(outcome(most + 1, [](std::uint32_t n) { return 8 * (n + 1); }).first, corrupt);
        EXPECT_EQ(outcome(2, [&](std::uint32_t) { return padded_ic; }).first, corrupt);
        EXPECT_EQ(outcome(2, [&](std::uint32_t n) { return n == 0 ? 0 : padded_ic; }).first, corrupt);
        EXPECT_EQ(outcome(1, [&](std::uint32_t) { return padded_ic - 8; }).first, corrupt);
        EXPECT_EQ(outcome(1, [&](std::uint32_t) { return padded_ic + 8; }).first, corrupt);
        EXPECT_EQ(outcome(2, [&](std::uint32_t n) { return n == 0 ? padded_ic + 8 : padded_ic; }).first,
                corrupt);
        EXPECT_EQ(
                outcome(3, [&](std::uint32_t n) { return n == 2 ? padded_ic : 16 - 8 * n; }).first, corrupt);
    });
}

// Numbers and size agree: what is read then is what they say, in a layout that has room for it.
TEST_P(altered_blocks, other_numbers_of_the_right_size) {
    int read = 0;
    for_each_group(GetParam(), [&](subject &s, dim group) {
        const weights_layout &l = s.layout();
        for (const std::uint64_t kind : {0, 1, 2})
            for (const component_set &wide :
                    {component_set {}, component_set {1}, component_set {std::uint64_t {1} << 35},
                            component_set {std::uint64_t {1} << 36}, component_set({0, 1, 0}),
                            all_components(l.shape()), component_set::first(most_components)}) {
                const std::string reason = s.outcome(group, [&](altered_group &g) {
                    g.header.number_system = kind;
                    g.header.components = wide.bits();
                    g.set_size();
                    g.header.parts = 1;
                    g.set_end(0, static_cast<std::uint32_t>(l.padded_ic()));
                    g.seal();
                });
                const bool has_kind = kind == 1 ? l.calibrated() : l.promised() && !wide.empty();
                const bool possible =
                        kind == 0 ? wide.empty() : has_kind && wide.is_within(all_components(l.shape()));
                if (s.groups() > 1 && possible) {
                    EXPECT_TRUE(
                            reason.empty() || reason == "the packed weights' groups do not belong together");
                } else {
                    EXPECT_EQ(reason, possible ? "" : corrupt) << kind << " " << spelled(wide);
                }
                read += reason.empty();
            }
    });
    EXPECT_GT(read, 20);
}

// Scales that are no numbers, weights that no weights transform to, sums as large as they get.
TEST_P(altered_blocks, any_payload) {
    for_each_group(GetParam(), [&](subject &s, dim group) {
        for (const int byte : {0x00, 0x7f, 0x80, 0xff})
            EXPECT_EQ(s.outcome(group,
                              [&](altered_group &g) {
                                  std::memset(g.payload(), byte, s.layout().used_bytes(g.numbers()));
                                  g.seal();
                              }),
                    "");
    });
}

} // namespace
} // namespace winodnn
