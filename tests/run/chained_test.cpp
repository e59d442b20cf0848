// Chained convolutions in bands of any size, against the same ones executed one after the other.
#include "run/chained_convolutions.hpp"

#include "dispatch/dispatch.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"

#include <deque>
#include <list>
#include <random>
#include <set>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(chained);

struct link_between {
    int member, source;
};

struct chained_case {
    dim mb = 1, h = 0, w = 0;
    std::vector<dim> channels {};  // of the source and of each destination
    std::vector<dim> dilations {}; // of each member, which keeps the size
    std::vector<link_between> sums {}, operands {};
    dim tiles_per_block = 5, rows_per_band = 1;
    int threads = 1;
};

// All members, with weights and scales such that values stay lively.
class example {
public:
    example(const chained_case &c, isa i) : case_(c) {
        std::mt19937 random(7);
        for (std::size_t k = 0; k + 1 < c.channels.size(); ++k) {
            problem p;
            p.mb = c.mb;
            p.ic = c.channels[k];
            p.oc = c.channels[k + 1];
            p.ih = p.oh = c.h;
            p.iw = p.ow = c.w;
            p.dilation_h = p.dilation_w = c.dilations.empty() ? 1 : c.dilations[k];
            p.pad_t = p.pad_b = p.dilation_h;
            p.pad_l = p.pad_r = p.dilation_w;
            p.weights_scale = problem::weights_scale_kind::common;
            for (const link_between &sum : c.sums)
                if (sum.member == int(k)) p.post_ops.push_back({.op = post_op::kind::sum, .scale = 0.5f});
            for (const link_between &operand : c.operands)
                if (operand.member == int(k))
                    p.post_ops.push_back({.op = post_op::kind::binary_add,
                            .type = data_type::u8,
                            .operand = post_op::broadcast::none,
                            .operand_strides = p.dst_strides()});
            plan chosen = plan_with_tile(p, {i, false, 1}, tile_id::f4x4);
            chosen.oc_chunks = 1;
            std::vector<std::int8_t> weights(std::size_t(p.oc * p.ic * 9));
            for (auto &w : weights) w = std::int8_t(random());
            testing::guarded_array<std::byte> &block = blocks_.emplace_back(layout_for(p, chosen).bytes());
            pack_weights(layout_for(p, chosen), weights.data(), block.data(), lone_thread());
            problems_.push_back(p);
            plans_.push_back(chosen);
            tensors_.emplace_back(std::size_t(p.dst_extent()));
        }
        source_.resize(std::size_t(problems_[0].src_extent()));
        for (auto &x : source_) x = std::uint8_t(random());
    }

    void expect_the_same() {
        for (std::size_t k = 0; k < problems_.size(); ++k) run_alone(int(k));
        std::vector<std::uint8_t> expected(tensors_.back().begin(), tensors_.back().end());
        std::fill(tensors_.back().begin(), tensors_.back().end(), std::uint8_t {0x55});
        run_chained();
        for (std::size_t n = 0; n < expected.size(); ++n)
            ASSERT_EQ(tensors_.back()[n], expected[n])
                    << "at " << n << " of " << case_.h << "x" << case_.w << ", threads " << case_.threads;
    }

private:
    run_args args_of(int k) {
        run_args args;
        args.src = k == 0 ? source_.data() : tensors_[std::size_t(k) - 1].data();
        args.dst = tensors_[std::size_t(k)].data();
        args.weights = check_block(
                layout_for(problems_[std::size_t(k)], plans_[std::size_t(k)]), blocks_[std::size_t(k)].data())
                               .value();
        args.weights_scale = {&scale_};
        return args;
    }

    void run_alone(int k) {
        run_args args = args_of(k);
        const convolution alone(problems_[std::size_t(k)], plans_[std::size_t(k)]);
        const testing::guarded_array<std::byte> scratchpad(alone.scratchpad_bytes());
        args.scratchpad = scratchpad.data();
        std::vector<const void *> operands;
        for (const link_between &sum : case_.sums)
            if (sum.member == k) {
                std::copy_n(tensors_[std::size_t(sum.source)].data(), problems_[std::size_t(k)].dst_extent(),
                        tensors_[std::size_t(k)].data());
                operands.push_back(nullptr);
            }
        for (const link_between &operand : case_.operands)
            if (operand.member == k) operands.push_back(tensors_[std::size_t(operand.source)].data());
        args.operands = operands.data();
        ASSERT_EQ(alone.execute(args, lone_thread()), run_result::computed);
    }

    void run_chained() {
        std::vector<chained_member> members;
        std::vector<chained_args> args;
        std::list<std::vector<const void *>> operands;
        for (std::size_t k = 0; k < problems_.size(); ++k) {
            plan banded = plans_[k];
            banded.tiles_per_block = case_.tiles_per_block;
            banded.rows_per_band = problems_[k].dilation_h == 1 ? case_.rows_per_band : 1;
            chained_member member {problems_[k], {{banded}}};
            for (const link_between &sum : case_.sums)
                if (sum.member == int(k)) member.begins_as = sum.source;
            for (const link_between &operand : case_.operands)
                if (operand.member == int(k))
                    member.operands.push_back({problems_[k].post_ops.size() - 1, operand.source});
            members.push_back(member);
            args.push_back({args_of(int(k))});
            if (k != 0) args.back().of_member.src = nullptr; // nobody may read it
            if (k + 1 != problems_.size()) args.back().of_member.dst = nullptr;
            args.back().of_member.operands = operands.emplace_back(problems_[k].post_ops.size()).data();
        }
        const chained_convolutions chain(std::move(members), case_.threads);
        const testing::guarded_array<std::byte> scratchpad(chain.scratchpad_bytes());
        for (const int team : {case_.threads, 1})
            ASSERT_EQ(
                    chain.execute(args, scratchpad.data(), testing::std_threads(team)), run_result::computed);
    }

    const chained_case case_;
    std::vector<problem> problems_;
    std::vector<plan> plans_;
    std::deque<testing::guarded_array<std::byte>> blocks_;
    std::deque<testing::guarded_array<std::uint8_t>> tensors_;
    std::vector<std::uint8_t> source_;
    const float scale_ = 1.f / 2048;
};

TEST_P(chained, any_size_and_blocking) {
    for (const dim h : {1, 4, 7, 17, 30})
        for (const dim w : {3, 16, 41})
            for (const dim rows : {1, 2, 3})
                for (const dim tiles : {3, 4, 11})
                    example({.h = h,
                                    .w = w,
                                    .channels = {17, 20, 16, 18},
                                    .tiles_per_block = tiles,
                                    .rows_per_band = rows},
                            GetParam())
                            .expect_the_same();
}

TEST_P(chained, any_threads_and_batch) {
    for (const int threads : {1, 2, 3, 4})
        for (const dim mb : {1, 2, 3})
            example({.mb = mb,
                            .h = 33,
                            .w = 27,
                            .channels = {16, 24, 16, 24, 16, 24, 16},
                            .threads = threads},
                    GetParam())
                    .expect_the_same();
}

TEST_P(chained, dilations) {
    for (const dim h : {9, 31})
        for (const std::vector<dim> &dilations : {std::vector<dim> {2, 1, 1}, {1, 3, 1}, {1, 2, 3}})
            for (const int threads : {1, 2})
                example({.h = h,
                                .w = 23,
                                .channels = {16, 16, 16, 16},
                                .dilations = dilations,
                                .threads = threads},
                        GetParam())
                        .expect_the_same();
}

TEST_P(chained, residuals) {
    for (int member = 1; member < 5; ++member)
        for (int source = 0; source < member; ++source)
            for (const int threads : {1, 3}) {
                chained_case c {
                        .mb = 2, .h = 29, .w = 22, .channels = {16, 16, 16, 16, 16, 16}, .threads = threads};
                c.operands = {{member, source}};
                example(c, GetParam()).expect_the_same();
                std::swap(c.sums, c.operands);
                example(c, GetParam()).expect_the_same();
                c.operands = {{member, 0}};
                c.dilations = {1, 2, 1, 2, 1};
                example(c, GetParam()).expect_the_same();
            }
}

// Of a tall image a few rows, whatever its height.
TEST_P(chained, rows_that_are_kept) {
    std::set<std::size_t> kept;
    for (const dim h : {100, 400}) {
        problem p;
        p.mb = 1;
        p.ic = p.oc = 16;
        p.ih = p.oh = h;
        p.iw = p.ow = 40;
        p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
        plan chosen = plan_with_tile(p, {GetParam(), false, 1}, tile_id::f4x4);
        chosen.rows_per_band = 1;
        const chained_member member {p, {{chosen}}};
        const chained_convolutions chain({member, member, member}, 1);
        EXPECT_LE(chain.rows_bytes(), 2 * 16 * 11 * 64 * 16); // 16 rows of two tensors, to odd cache lines
        kept.insert(chain.rows_bytes());
    }
    EXPECT_EQ(kept.size(), 1u);
}

} // namespace
} // namespace winodnn
