// Packed weights: reorders into, out of and between them, and what becomes of those that don't fit.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <string_view>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;

const memory::dims dims = {20, 24, 3, 3};

convolution_case typical(data_type src = data_type::u8) {
    convolution_case c(24, 20, 6, 7);
    c.p.src = src;
    return c;
}

std::vector<std::int8_t> some_weights() {
    return case_data(typical()).weights;
}

memory plain(const std::vector<std::int8_t> &values) {
    memory m({dims, type::s8, tag::oihw}, cpu());
    std::memcpy(m.get_data_handle(), values.data(), values.size());
    return m;
}

memory packed(const memory::desc &desc, const std::vector<std::int8_t> &values) {
    memory from = plain(values), to(desc, cpu());
    dnnl::stream stream(cpu());
    const dnnl::reorder to_packed(from, to);
    to_packed.execute(stream, from, to);
    stream.wait();
    return to;
}

template <typename T>
std::vector<T> contents(const memory &m) {
    const auto *data = static_cast<const T *>(m.get_data_handle());
    return {data, data + m.get_desc().get_size() / sizeof(T)};
}

TEST(weights, come_back_as_they_were) {
    const memory::desc desc = make_desc(typical()).weights_desc();
    memory block = packed(desc, some_weights());
    dnnl::stream stream(cpu());
    memory s8({dims, type::s8, tag::oihw}, cpu());
    const dnnl::reorder block_to_s8(block, s8);
    block_to_s8.execute(stream, block, s8);
    stream.wait();
    EXPECT_EQ(contents<std::int8_t>(s8), some_weights());

    memory f32({dims, type::f32, tag::oihw}, cpu());
    const dnnl::reorder block_to_f32(block, f32);
    block_to_f32.execute(stream, block, f32);
    stream.wait();
    const auto values = contents<float>(f32);
    EXPECT_TRUE(std::equal(values.begin(), values.end(), some_weights().begin(),
            [](float a, std::int8_t b) { return a == float(b); }));
}

TEST(weights, are_quantized_by_onednns_reorder) {
    const memory::desc desc = make_desc(typical()).weights_desc();
    memory f32({dims, type::f32, tag::hwio}, cpu());
    auto *values = static_cast<float *>(f32.get_data_handle());
    for (std::size_t i = 0; i < f32.get_desc().get_size() / sizeof(float); ++i)
        values[i] = float(i % 1001) * 0.37f - 180.f; // ties, and values that saturate
    memory scales({{20}, type::f32, tag::a}, cpu());
    for (int oc = 0; oc < 20; ++oc)
        static_cast<float *>(scales.get_data_handle())[oc] = 0.5f + float(oc) / 16.f;
    dnnl::primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_DST, 1);
    dnnl::stream stream(cpu());
    const auto quantized = [&](const memory &to) {
        const dnnl::reorder::primitive_desc pd(cpu(), f32.get_desc(), cpu(), to.get_desc(), attr);
        dnnl::reorder(pd).execute(stream,
                {{DNNL_ARG_FROM, f32}, {DNNL_ARG_TO, to}, {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, scales}});
        return to;
    };
    memory block = quantized(memory(desc, cpu())), back({dims, type::s8, tag::oihw}, cpu());
    const dnnl::reorder block_to_back(block, back);
    block_to_back.execute(stream, block, back);
    stream.wait();
    EXPECT_EQ(contents<std::int8_t>(back),
            contents<std::int8_t>(quantized(memory({dims, type::s8, tag::oihw}, cpu()))));
}

TEST(weights, move_between_packed_formats) {
    const memory::desc u8 = make_desc(typical(data_type::u8)).weights_desc();
    const memory::desc s8 = make_desc(typical(data_type::s8)).weights_desc();
    ASSERT_NE(u8, s8); // the exactness proof is made for the source's range
    memory first = packed(u8, some_weights()), second(s8, cpu()), same(u8, cpu());
    dnnl::stream stream(cpu());
    const dnnl::reorder first_to_second(first, second);
    first_to_second.execute(stream, first, second);
    stream.wait();
    const dnnl::reorder first_to_same(first, same);
    first_to_same.execute(stream, first, same);
    stream.wait();
    memory back({dims, type::s8, tag::oihw}, cpu());
    for (memory *block : {&second, &same}) {
        dnnl::reorder(*block, back).execute(stream, *block, back);
        EXPECT_EQ(contents<std::int8_t>(back), some_weights());
    }
}

TEST(weights, reorder_answers_queries) {
    const memory::desc desc = make_desc(typical()).weights_desc(), user(dims, type::f32, tag::oihw);
    const dnnl::reorder::primitive_desc pack(cpu(), user, cpu(), desc), unpack(cpu(), desc, cpu(), user);
    EXPECT_STREQ(pack.impl_info_str(), "wino:pack");
    EXPECT_STREQ(unpack.impl_info_str(), "wino:unpack");
    EXPECT_EQ(pack.get_kind(), dnnl::primitive::kind::reorder);
    EXPECT_EQ(pack.src_desc(), user);
    EXPECT_EQ(pack.dst_desc(), desc);
    EXPECT_EQ(pack.query_md(dnnl::query::exec_arg_md, DNNL_ARG_TO), desc);
    EXPECT_EQ(unpack.query_md(dnnl::query::exec_arg_md, DNNL_ARG_FROM), desc);
    EXPECT_EQ(pack.get_src_engine(), cpu());
    EXPECT_EQ(pack.get_dst_engine(), cpu());
    EXPECT_EQ(dnnl_primitive_desc_next_impl(pack.get()), dnnl_last_impl_reached);
    EXPECT_NO_THROW(pack.get_primitive_attr());
}

TEST(weights, reorder_with_a_sum_is_refused) {
    dnnl::primitive_attr attr;
    dnnl::post_ops ops;
    ops.append_sum(1.f);
    attr.set_post_ops(ops);
    const memory::desc desc = make_desc(typical()).weights_desc(), user(dims, type::s8, tag::oihw);
    EXPECT_EQ(status_of([&] { dnnl::reorder::primitive_desc(cpu(), user, cpu(), desc, attr); }),
            dnnl_unimplemented);
}

TEST(weights, that_are_packed_already_choose_the_plan) {
    const convolution_case c = typical();
    const memory::desc desc = make_desc(c).weights_desc();
    for (const auto algorithm : {dnnl::algorithm::convolution_direct, dnnl::algorithm::convolution_auto,
                 dnnl::algorithm::convolution_winograd}) {
        const auto create = [&](const convolution_case &wanted) {
            return dnnl::convolution_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                    algorithm, src_desc(wanted.p, tag::any), desc, dst_desc(wanted.p, tag::any), {1, 1},
                    {1, 1}, {1, 1}, attributes(wanted));
        };
        auto again = create(c);
        EXPECT_EQ(again.weights_desc(), desc);
        EXPECT_STREQ(again.impl_info_str(), make_desc(c).impl_info_str());
        EXPECT_FALSE(again.next_impl()); // nobody else can read them
        check(c, again, dnnl::convolution_forward(again));

        // What they were not packed for is refused: oneDNN would take them for plain weights.
        EXPECT_EQ(status_of([&] { create(typical(data_type::s8)); }), dnnl_unimplemented);
        EXPECT_STREQ(winodnn_last_decline_reason(),
                "the weights are packed for another source type, zero point or instruction set");
        convolution_case per_ic = c;
        per_ic.p.weights_scale = problem::weights_scale_kind::per_oc;
        EXPECT_NO_THROW(create(per_ic));
        EXPECT_EQ(status_of([&] {
            dnnl::convolution_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_training, algorithm,
                    src_desc(c.p, tag::any), desc, dst_desc(c.p, tag::any), {1, 1}, {1, 1}, {1, 1});
        }),
                dnnl_unimplemented);
        EXPECT_STREQ(winodnn_last_decline_reason(), "the propagation kind is not forward inference");
    }
}

TEST(weights, that_are_packed_are_for_no_primitive_of_onednns) {
    const memory::desc block = make_desc(typical()).weights_desc();
    const auto any = [](const memory::dims &d, type t) { return memory::desc(d, t, tag::any); };
    const auto refused = [](const std::function<void()> &create) {
        EXPECT_EQ(status_of(create), dnnl_unimplemented);
    };
    refused([&] {
        dnnl::deconvolution_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                dnnl::algorithm::deconvolution_direct, any({1, 24, 6, 7}, type::u8), block,
                any({1, 20, 6, 7}, type::u8), {1, 1}, {1, 1}, {1, 1});
    });
    refused([&] {
        dnnl::inner_product_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                any({1, 24, 3, 3}, type::u8), block, any({1, 20}, type::u8));
    });
    refused([&] {
        dnnl::matmul::primitive_desc(
                cpu(), any({20, 24, 2, 3}, type::u8), block, any({20, 24, 2, 3}, type::u8));
    });
    refused([&] {
        dnnl::binary::primitive_desc(cpu(), dnnl::algorithm::binary_add, block, block, any(dims, type::s8));
    });
    refused([&] {
        dnnl::eltwise_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                dnnl::algorithm::eltwise_relu, block, block, 0.f, 0.f);
    });
    refused([&] { dnnl::concat::primitive_desc(cpu(), 0, {block, block}); });
    refused([&] { dnnl::sum::primitive_desc(cpu(), {1.f, 1.f}, {block, block}); });
    refused([&] {
        dnnl::convolution_backward_data::primitive_desc(cpu(), dnnl::algorithm::convolution_direct,
                any({1, 24, 6, 7}, type::s8), block, any({1, 20, 6, 7}, type::s8), {1, 1}, {1, 1}, {1, 1},
                make_desc(typical()));
    });
}

class execution_arguments : public ::testing::Test {
protected:
    execution_arguments() : case_(make_case()), data_(case_), desc_(make_desc(case_)), primitive_(desc_) {}

    static convolution_case make_case() {
        convolution_case c = typical();
        c.p.bias = data_type::f32;
        c.p.src_scale = c.p.dst_scale = true;
        c.p.weights_scale = problem::weights_scale_kind::per_oc;
        c.p.src_zero_point = c.p.dst_zero_point = true;
        c.src_zero_point = 3;
        c.user_scratchpad = true;
        return c;
    }
    dnnl_status_t run_with(int arg, const memory &instead) {
        execution e(case_, data_, desc_);
        const memory dst = e.arguments.at(DNNL_ARG_DST);
        e.arguments[arg] = instead;
        const dnnl_status_t status = status_of([&] { e.run(primitive_); });
        e.arguments[DNNL_ARG_DST] = dst;
        if (status == dnnl_success) {
            expect_equal(e.dst(), expected_dst(case_, data_));
        } else {
            EXPECT_EQ(e.dst(), data_.dst_before); // nothing was written
        }
        return status;
    }

    convolution_case case_;
    case_data data_;
    dnnl::convolution_forward::primitive_desc desc_;
    dnnl::convolution_forward primitive_;
};

TEST_F(execution_arguments, are_all_needed) {
    execution complete(case_, data_, desc_);
    ASSERT_EQ(complete.arguments.size(), 10u);
    for (const auto &[arg, given] : complete.arguments) {
        SCOPED_TRACE(arg);
        std::vector<dnnl_exec_arg_t> all, null_memory;
        for (const auto &[other, m] : complete.arguments) {
            if (other != arg) all.push_back({other, m.get()});
            null_memory.push_back({other, other == arg ? nullptr : m.get()});
        }
        dnnl::stream stream(cpu());
        EXPECT_EQ(dnnl_primitive_execute(primitive_.get(), stream.get(), int(all.size()), all.data()),
                dnnl_invalid_arguments);
        EXPECT_EQ(dnnl_primitive_execute(
                          primitive_.get(), stream.get(), int(null_memory.size()), null_memory.data()),
                dnnl_invalid_arguments);
        EXPECT_EQ(run_with(arg, memory(given.get_desc(), cpu(), nullptr)), dnnl_invalid_arguments);
    }
    dnnl::stream stream(cpu());
    EXPECT_EQ(dnnl_primitive_execute(primitive_.get(), stream.get(), 3, nullptr), dnnl_invalid_arguments);
    EXPECT_EQ(dnnl_primitive_execute(primitive_.get(), stream.get(), 0, nullptr), dnnl_invalid_arguments);
    EXPECT_EQ(dnnl_primitive_execute(primitive_.get(), nullptr, 0, nullptr), dnnl_invalid_arguments);
    EXPECT_EQ(run_with(DNNL_ARG_SRC, complete.arguments.at(DNNL_ARG_SRC)), dnnl_success);
}

TEST_F(execution_arguments, must_be_large_enough) {
    const execution complete(case_, data_, desc_);
    for (const auto &[arg, given] : complete.arguments) {
        if (arg == DNNL_ARG_WEIGHTS) continue; // below, by its desc
        SCOPED_TRACE(arg);
        const memory::dim smaller = memory::dim(given.get_desc().get_size()) - 1;
        EXPECT_EQ(run_with(arg, memory({{smaller}, type::u8, tag::a}, cpu())), dnnl_invalid_arguments);
    }
}

// They are left to oneDNN, which refuses them, but for v3.2's AMX: it takes destination zero points of any
// type.
TEST_F(execution_arguments, scales_and_zero_points_have_their_types) {
    dnnl::convolution_forward::primitive_desc onednns = make_desc(case_);
    ASSERT_TRUE(onednns.next_impl());
    const bool amx = std::string_view(onednns.impl_info_str()).find("amx") != std::string_view::npos;
    for (const auto &[arg, wrong] : {std::pair {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, type::s32},
                 {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, type::s32},
                 {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, type::s32},
                 {DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, type::f32},
                 {DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, type::f32}}) {
        if (amx && arg == (DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST)) continue;
        EXPECT_EQ(run_with(arg, memory({{20}, wrong, tag::a}, cpu())), dnnl_invalid_arguments) << arg;
    }
}

TEST_F(execution_arguments, weights_must_be_packed_for_this_convolution) {
    const auto values = data_.weights;
    EXPECT_EQ(run_with(DNNL_ARG_WEIGHTS, packed(desc_.weights_desc(), values)), dnnl_success);
    // Plain, packed for another source, never filled.
    EXPECT_EQ(run_with(DNNL_ARG_WEIGHTS, plain(values)), dnnl_invalid_arguments);
    const memory::desc other = make_desc(typical(data_type::s8)).weights_desc();
    EXPECT_EQ(run_with(DNNL_ARG_WEIGHTS, packed(other, values)), dnnl_invalid_arguments);
    memory zeros(desc_.weights_desc(), cpu());
    std::memset(zeros.get_data_handle(), 0, zeros.get_desc().get_size());
    EXPECT_EQ(run_with(DNNL_ARG_WEIGHTS, zeros), dnnl_invalid_arguments);
    // Plain values in a memory of the right desc.
    memory mistaken(desc_.weights_desc(), cpu());
    std::memcpy(mistaken.get_data_handle(), values.data(), values.size());
    EXPECT_EQ(run_with(DNNL_ARG_WEIGHTS, mistaken), dnnl_invalid_arguments);
}

TEST_F(execution_arguments, corrupt_weights_are_refused) {
    for (const std::size_t byte : {0, 4, 8, 12, 16, 24}) { // of the header
        memory block = packed(desc_.weights_desc(), data_.weights);
        static_cast<std::uint8_t *>(block.get_data_handle())[byte] ^= 1;
        EXPECT_EQ(run_with(DNNL_ARG_WEIGHTS, block), dnnl_invalid_arguments) << byte;
    }
    // A reorder reads everything, and notices everything.
    memory block = packed(desc_.weights_desc(), data_.weights), back({dims, type::s8, tag::oihw}, cpu());
    static_cast<std::uint8_t *>(block.get_data_handle())[1000] ^= 1;
    dnnl::stream stream(cpu());
    EXPECT_EQ(status_of([&] { dnnl::reorder(block, back).execute(stream, block, back); }),
            dnnl_invalid_arguments);
}

TEST_F(execution_arguments, streams_of_other_engines_are_refused) {
    dnnl::engine other(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(other);
    execution e(case_, data_, desc_);
    EXPECT_EQ(status_of([&] { primitive_.execute(stream, e.arguments); }), dnnl_invalid_arguments);
}

TEST_F(execution_arguments, of_a_reorder_are_checked_too) {
    const memory::desc desc = desc_.weights_desc(), user(dims, type::s8, tag::oihw);
    const dnnl::reorder pack(dnnl::reorder::primitive_desc(cpu(), user, cpu(), desc));
    memory from(user, cpu()), to(desc, cpu());
    dnnl::stream stream(cpu());
    const auto run_reorder = [&](std::unordered_map<int, memory> arguments) {
        return status_of([&] { pack.execute(stream, arguments); });
    };
    EXPECT_EQ(run_reorder({{DNNL_ARG_FROM, from}}), dnnl_invalid_arguments);
    EXPECT_EQ(run_reorder({{DNNL_ARG_TO, to}}), dnnl_invalid_arguments);
    EXPECT_EQ(run_reorder({{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, from}}), dnnl_invalid_arguments);
    EXPECT_EQ(run_reorder({{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, memory(desc, cpu(), nullptr)}}),
            dnnl_invalid_arguments);
    EXPECT_EQ(run_reorder({{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}), dnnl_success);
}

} // namespace
} // namespace winodnn::testing
