// What primitive descs and primitives of winodnn's answer, and how long they live.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <thread>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;

bool is_ours(const dnnl::primitive_desc_base &desc) {
    return std::string(desc.impl_info_str()).starts_with("wino:");
}

convolution_case typical() {
    convolution_case c(32, 48, 9, 10);
    c.pad(1, 0, 0, 1);
    c.p.bias = data_type::f32;
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.post_ops = {{post_op::kind::relu}};
    return c;
}

TEST(primitive_desc, answers_as_a_convolution) {
    const convolution_case c = typical();
    const auto desc = make_desc(c);
    EXPECT_EQ(desc.get_kind(), dnnl::primitive::kind::convolution);
    EXPECT_EQ(desc.get_engine(), cpu());
    EXPECT_EQ(desc.get_prop_kind(), dnnl::prop_kind::forward_inference);
    EXPECT_EQ(desc.get_strides(), (memory::dims {1, 1}));
    EXPECT_EQ(desc.get_dilations(), (memory::dims {0, 0}));
    EXPECT_EQ(desc.get_padding_l(), (memory::dims {1, 0}));
    EXPECT_EQ(desc.get_padding_r(), (memory::dims {0, 1}));
    EXPECT_EQ(desc.src_desc(), src_desc(c.p, tag::nhwc));
    EXPECT_EQ(desc.dst_desc(), dst_desc(c.p, tag::nhwc));
    EXPECT_EQ(desc.bias_desc(), bias_desc(c.p));
    EXPECT_EQ(desc.workspace_desc(), memory::desc());
    EXPECT_EQ(dnnl_primitive_desc_query_s32(desc.get(), dnnl_query_num_of_inputs_s32, 0), 3);
    EXPECT_EQ(dnnl_primitive_desc_query_s32(desc.get(), dnnl_query_num_of_outputs_s32, 0), 1);
    EXPECT_EQ(desc.query_md(dnnl::query::exec_arg_md, DNNL_ARG_SRC), desc.src_desc());
    EXPECT_EQ(desc.query_md(dnnl::query::exec_arg_md, DNNL_ARG_WEIGHTS), desc.weights_desc());
    EXPECT_EQ(desc.query_md(dnnl::query::exec_arg_md, DNNL_ARG_BIAS), desc.bias_desc());
    EXPECT_EQ(desc.query_md(dnnl::query::exec_arg_md, DNNL_ARG_DST), desc.dst_desc());
}

TEST(primitive_desc, names_the_algorithm_that_was_asked_for) {
    const convolution_case c(32, 48, 9, 10);
    const memory::desc packed = make_desc(c).weights_desc(); // taken over whatever the dispatcher prefers
    const auto named = [&](dnnl::algorithm asked) {
        return dnnl::convolution_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference, asked,
                src_desc(c.p, tag::any), packed, dst_desc(c.p, tag::any), {1, 1}, {1, 1}, {1, 1})
                .get_algorithm();
    };
    EXPECT_EQ(named(dnnl::algorithm::convolution_winograd), dnnl::algorithm::convolution_winograd);
    EXPECT_EQ(named(dnnl::algorithm::convolution_direct), dnnl::algorithm::convolution_direct);
    EXPECT_EQ(named(dnnl::algorithm::convolution_auto), dnnl::algorithm::convolution_direct);
}

TEST(primitive_desc, weights_are_a_real_memory_desc_that_holds_the_block) {
    const convolution_case c = typical();
    const memory::desc weights = make_desc(c).weights_desc();
    EXPECT_EQ(weights.get_dims(), (memory::dims {48, 32, 3, 3}));
    EXPECT_EQ(weights.get_data_type(), memory::data_type::s8);
    // wino:f4x4:..., which has 6 x 6 components
    const std::string name = make_desc(c).impl_info_str();
    const auto components = static_cast<std::size_t>((name.at(6) - '0' + 2) * (name.at(8) - '0' + 2));
    EXPECT_GE(components, 16u);
    EXPECT_GE(weights.get_size(), components * 48 * 32 * 2);
    EXPECT_EQ(weights, make_desc(c).weights_desc());
    EXPECT_NE(weights, memory::desc(weights.get_dims(), weights.get_data_type(), tag::oihw));
    EXPECT_NO_THROW(memory(weights, cpu()));
}

TEST(primitive_desc, scratchpad_is_the_users_or_the_librarys) {
    convolution_case c = typical();
    const auto library = make_desc(c);
    EXPECT_EQ(library.scratchpad_desc().get_size(), 0u);
    EXPECT_EQ(library.scratchpad_desc(), memory::desc());
    const auto consumed = library.query_s64(dnnl::query::memory_consumption_s64);
    EXPECT_GT(consumed, 0);

    c.user_scratchpad = true;
    const auto user = make_desc(c);
    EXPECT_EQ(user.scratchpad_desc().get_size(), std::size_t(consumed));
    EXPECT_EQ(user.query_md(dnnl::query::exec_arg_md, DNNL_ARG_SCRATCHPAD), user.scratchpad_desc());
    EXPECT_EQ(user.query_s64(dnnl::query::memory_consumption_s64), 0);
}

TEST(primitive_desc, refuses_queries_that_make_no_sense) {
    const auto desc = make_desc(typical());
    const_dnnl_memory_desc_t md = nullptr;
    EXPECT_EQ(
            dnnl_primitive_desc_query(desc.get(), dnnl_query_scratchpad_md, 1, &md), dnnl_invalid_arguments);
    EXPECT_EQ(dnnl_primitive_desc_query(desc.get(), dnnl_query_epsilon_f32, 0, &md), dnnl_unimplemented);
    EXPECT_EQ(dnnl_primitive_desc_query(desc.get(), dnnl_query_src_md, 0, nullptr), dnnl_invalid_arguments);
    EXPECT_EQ(dnnl_primitive_desc_query_md(desc.get(), dnnl_query_some_md, 0), nullptr);
    EXPECT_EQ(dnnl_primitive_desc_query_md(desc.get(), dnnl_query_impl_info_str, 0), nullptr);
    EXPECT_EQ(dnnl_primitive_desc_query_s32(desc.get(), dnnl_query_impl_info_str, 0), 0);
    EXPECT_EQ(dnnl_primitive_desc_query(nullptr, dnnl_query_src_md, 0, &md), dnnl_invalid_arguments);
}

TEST(primitive_desc, next_impl_is_onednns) {
    const convolution_case c = typical();
    auto desc = make_desc(c);
    ASSERT_TRUE(desc.next_impl());
    EXPECT_FALSE(is_ours(desc));
    EXPECT_EQ(desc.get_kind(), dnnl::primitive::kind::convolution);
    EXPECT_EQ(desc.get_engine(), cpu());
    EXPECT_EQ(desc.get_padding_r(), (memory::dims {0, 1}));
    EXPECT_EQ(dnnl_primitive_desc_query_s32(desc.get(), dnnl_query_num_of_inputs_s32, 0), 3);
    EXPECT_NE(desc.weights_desc(), make_desc(c).weights_desc());
    EXPECT_NO_THROW(desc.get_primitive_attr());
    EXPECT_NO_THROW(dnnl::convolution_forward(desc).get_primitive_desc());

    dnnl_primitive_desc_t clone = nullptr;
    ASSERT_EQ(dnnl_primitive_desc_clone(&clone, desc.get()), dnnl_success);
    const char *name = nullptr;
    EXPECT_EQ(dnnl_primitive_desc_query(clone, dnnl_query_impl_info_str, 0, &name), dnnl_success);
    EXPECT_STREQ(name, desc.impl_info_str());
    EXPECT_EQ(dnnl_primitive_desc_destroy(clone), dnnl_success);

    int implementations = 1;
    while (desc.next_impl()) ++implementations;
    EXPECT_LT(implementations, 100);
}

TEST(primitive_desc, clone_outlives_its_original) {
    const convolution_case c = typical();
    auto original = std::make_unique<dnnl::convolution_forward::primitive_desc>(make_desc(c));
    const std::string name = original->impl_info_str();
    dnnl_primitive_desc_t clone = nullptr;
    ASSERT_EQ(dnnl_primitive_desc_clone(&clone, original->get()), dnnl_success);
    original.reset();

    const dnnl::convolution_forward::primitive_desc kept(clone); // another clone
    EXPECT_EQ(kept.impl_info_str(), name);
    EXPECT_EQ(dnnl_primitive_desc_next_impl(clone), dnnl_last_impl_reached); // as oneDNN's clones
    check(c, kept, dnnl::convolution_forward(kept));
    EXPECT_EQ(dnnl_primitive_desc_clone(nullptr, clone), dnnl_invalid_arguments);
    EXPECT_EQ(dnnl_primitive_desc_destroy(clone), dnnl_success);
}

TEST(primitive_desc, attributes_come_back_whole) {
    convolution_case c = typical();
    c.p.src_zero_point = true;
    c.src_zero_point = 128;
    const auto desc = make_desc(c);
    const dnnl::primitive_attr attr = desc.get_primitive_attr();
    ASSERT_EQ(attr.get_post_ops().len(), 1);
    // A clone of what get_attr answers is still known: scales and zero points included.
    const dnnl::convolution_forward::primitive_desc again(cpu(), dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_winograd, desc.src_desc(), weights_desc(c), desc.bias_desc(),
            desc.dst_desc(), {1, 1}, {1, 0}, {0, 1}, attr);
    EXPECT_TRUE(is_ours(again));
    check(c, again, dnnl::convolution_forward(again));
    EXPECT_EQ(dnnl_primitive_desc_get_attr(desc.get(), nullptr), dnnl_invalid_arguments);
}

TEST(primitive_desc, formats_that_are_given_are_kept) {
    const convolution_case c = typical();
    const auto create = [&](const memory::desc &src, const memory::desc &dst) {
        return dnnl::convolution_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                dnnl::algorithm::convolution_winograd, src, weights_desc(c), bias_desc(c.p), dst, {1, 1},
                {1, 0}, {0, 1}, attributes(c));
    };
    const memory::desc nhwc = src_desc(c.p, tag::nhwc);
    EXPECT_EQ(create(nhwc, dst_desc(c.p, tag::any)).src_desc(), nhwc);
    // One image: the stride between images says nothing.
    const memory::desc odd(nhwc.get_dims(), nhwc.get_data_type(), memory::dims {1000000, 1, 10 * 32, 32});
    const auto desc = create(odd, dst_desc(c.p, tag::nhwc));
    EXPECT_TRUE(is_ours(desc));
    EXPECT_EQ(desc.src_desc(), odd);
}

TEST(primitive, outlives_everything_it_was_made_from) {
    const convolution_case c = typical();
    std::optional<dnnl::convolution_forward> primitive;
    memory::desc weights;
    {
        std::optional<dnnl::primitive_attr> attr(attributes(c));
        const dnnl::convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
                dnnl::algorithm::convolution_winograd, src_desc(c.p, tag::any), weights_desc(c),
                bias_desc(c.p), dst_desc(c.p, tag::any), {1, 1}, {1, 0}, {0, 1}, *attr);
        attr.reset();
        weights = desc.weights_desc();
        primitive.emplace(desc);
    }
    EXPECT_EQ(primitive->get_kind(), dnnl::primitive::kind::convolution);
    // The library owns this one; it lives as long as the primitive.
    const_dnnl_primitive_desc_t inside = primitive->get_primitive_desc();
    EXPECT_TRUE(dnnl_memory_desc_equal(
            dnnl_primitive_desc_query_md(inside, dnnl_query_weights_md, 0), weights.get()));
    check(c, make_desc(c), *primitive);
    EXPECT_EQ(dnnl_primitive_get_primitive_desc(primitive->get(), nullptr), dnnl_invalid_arguments);
}

TEST(primitive, has_no_cache_blob_as_onednns_on_the_cpu) {
    const convolution_case c = typical();
    auto desc = make_desc(c);
    const dnnl::convolution_forward ours(desc);
    const std::vector<std::uint8_t> blob(64);
    std::size_t size = 0;
    dnnl_primitive_t created = nullptr;
    const auto answers = [&](const dnnl::convolution_forward &primitive) {
        return std::vector<dnnl_status_t> {
                dnnl_primitive_get_cache_blob(primitive.get(), &size, nullptr),
                dnnl_primitive_get_cache_blob(primitive.get(), nullptr, nullptr),
                dnnl_primitive_create_from_cache_blob(&created, desc.get(), blob.size(), blob.data()),
                dnnl_primitive_create_from_cache_blob(&created, desc.get(), 0, blob.data()),
        };
    };
    const auto our_answers = answers(ours);
    ASSERT_TRUE(desc.next_impl());
    EXPECT_EQ(our_answers, answers(dnnl::convolution_forward(desc)));
}

TEST(primitive, runs_in_several_threads_at_once) {
    convolution_case c = typical();
    c.p.mb = 2;
    for (const bool user_scratchpad : {false, true}) {
        c.user_scratchpad = user_scratchpad;
        const auto desc = make_desc(c);
        const dnnl::convolution_forward primitive(desc);
        const case_data data(c);
        const auto expected = expected_dst(c, data);
        std::vector<std::vector<std::uint8_t>> results(4);
        {
            std::vector<std::jthread> threads;
            for (auto &result : results)
                threads.emplace_back([&] {
                    for (int repetition = 0; repetition < 10; ++repetition) {
                        execution e(c, data, desc);
                        e.run(primitive);
                        result = e.dst();
                        if (result != expected) return;
                    }
                });
        }
        for (const auto &result : results) expect_equal(result, expected);
    }
}

TEST(primitive, is_created_in_several_threads_at_once) {
    std::vector<int> wrong(4);
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < wrong.size(); ++t)
            threads.emplace_back([&, t] {
                for (dim oc = 16; oc < 32; ++oc) {
                    convolution_case c(16, oc, 4, 5);
                    const case_data data(c);
                    const auto desc = make_desc(c);
                    execution e(c, data, desc);
                    e.run(dnnl::convolution_forward(desc));
                    wrong[t] += e.dst() != expected_dst(c, data);
                }
            });
    }
    EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(primitive, counts) {
    winodnn_reset_statistics();
    winodnn_statistics_t s;
    const convolution_case c = typical();
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    check(c, desc, primitive);
    check(c, desc, primitive);
    winodnn_get_statistics(&s);
    EXPECT_EQ(s.taken_over, 1u);
    EXPECT_EQ(s.declined, 0u);
    EXPECT_EQ(s.executed, 2u);
    winodnn_reset_statistics();
    winodnn_get_statistics(&s);
    EXPECT_EQ(s.taken_over + s.declined + s.executed, 0u);
    EXPECT_STREQ(winodnn_mode(), "exact");
    EXPECT_STREQ(winodnn_version(), WINODNN_TEST_VERSION);
}

// oneDNN's hint for a backward pass is the forward primitive desc, whoever made it.
TEST(primitive_desc, is_a_hint_for_backward_convolutions) {
    const convolution_case c(32, 48, 9, 10);
    const auto hint = make_desc(c);
    const memory::dims src = {1, 32, 9, 10}, dst = {1, 48, 9, 10}, weights = {48, 32, 3, 3};
    const auto f32 = [](const memory::dims &dims) {
        return memory::desc(dims, memory::data_type::f32, tag::any);
    };
    const auto direct = dnnl::algorithm::convolution_direct;
    const dnnl::convolution_backward_data::primitive_desc data(
            cpu(), direct, f32(src), f32(weights), f32(dst), {1, 1}, {1, 1}, {1, 1}, hint);
    EXPECT_FALSE(is_ours(data));
    const dnnl::convolution_backward_weights::primitive_desc of_weights(
            cpu(), direct, f32(src), f32(weights), f32(dst), {1, 1}, {1, 1}, {1, 1}, hint);
    EXPECT_FALSE(is_ours(of_weights));
}

} // namespace
} // namespace winodnn::testing
