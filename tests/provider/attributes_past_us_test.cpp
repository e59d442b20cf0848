// Attributes of which winodnn has seen something else than oneDNN: what an execution is given tells.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <dlfcn.h>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;

// oneDNN's own functions, as a program gets them that looks them up in libdnnl.
template <typename Function>
Function onednns(const char *name, Function) {
    void *library = dlopen("libdnnl.so.3", RTLD_LAZY | RTLD_NOLOAD);
    return library == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library, name));
}
#define WINODNN_ONEDNNS(name) onednns(#name, &::name)

class attributes_past_us : public ::testing::Test {
protected:
    void SetUp() override { WINODNN_SKIP_WITHOUT_ISA(); }

    dnnl_status_t set_scales(const dnnl::primitive_attr &attr, int arg, int mask) const {
        return WINODNN_ONEDNNS(dnnl_primitive_attr_set_scales_mask)(attr.get(), arg, mask);
    }
    dnnl_status_t set_zero_points(const dnnl::primitive_attr &attr, int arg, int mask) const {
        return WINODNN_ONEDNNS(dnnl_primitive_attr_set_zero_points_mask)(attr.get(), arg, mask);
    }

    static dnnl::convolution_forward::primitive_desc describe(
            const convolution_case &c, const dnnl::primitive_attr &attr) {
        return {cpu(), dnnl::prop_kind::forward_inference, c.algorithm, src_desc(c.p, tag::any),
                weights_desc(c), bias_desc(c.p), dst_desc(c.p, tag::any), {1, 1}, {0, 0},
                {c.p.pad_t, c.p.pad_l}, {c.p.pad_b, c.p.pad_r}, attr};
    }
    static bool is_ours(const dnnl::convolution_forward::primitive_desc &desc) {
        return std::string(desc.impl_info_str()).starts_with("wino:");
    }

    // `c` is the truth; of `attr` winodnn has seen something else.
    static void expect_onednns(const convolution_case &c, const dnnl::primitive_attr &attr) {
        SCOPED_TRACE(to_string(c));
        const auto desc = describe(c, attr);
        ASSERT_TRUE(is_ours(desc)) << desc.impl_info_str();
        const std::uint64_t before = winodnn_executed_by_onednn();
        check(c, desc, dnnl::convolution_forward(desc));
        EXPECT_EQ(winodnn_executed_by_onednn() - before, 1u);
    }

    static convolution_case plain() {
        convolution_case c(24, 20, 6, 7);
        c.p.dst = data_type::f32;
        // Below VNNI, oneDNN's own sums are else not those of the formula.
        c.seven_bit_weights = true;
        return c;
    }
};

TEST_F(attributes_past_us, are_confirmed_by_arguments) {
    convolution_case c = plain();
    c.p.dst_scale = true;
    {
        dnnl::primitive_attr attr = attributes(c);
        c.p.src_scale = true;
        ASSERT_EQ(set_scales(attr, DNNL_ARG_SRC, 0), dnnl_success);
        expect_onednns(c, attr);
        c.p.weights_scale = problem::weights_scale_kind::per_oc;
        ASSERT_EQ(set_scales(attr, DNNL_ARG_WEIGHTS, 1), dnnl_success);
        expect_onednns(c, attr);
        c.p.src_zero_point = true;
        c.src_zero_point = 7;
        ASSERT_EQ(set_zero_points(attr, DNNL_ARG_SRC, 0), dnnl_success);
        expect_onednns(c, attr);
    }
}

TEST_F(attributes_past_us, have_another_number_of_values) {
    convolution_case c = plain();
    c.p.weights_scale = problem::weights_scale_kind::common;
    const dnnl::primitive_attr attr = attributes(c);
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    ASSERT_EQ(set_scales(attr, DNNL_ARG_WEIGHTS, 1), dnnl_success);
    expect_onednns(c, attr);

    const dnnl::primitive_attr other = attributes(c);
    c.p.weights_scale = problem::weights_scale_kind::common;
    ASSERT_EQ(set_scales(other, DNNL_ARG_WEIGHTS, 0), dnnl_success);
    expect_onednns(c, other);
}

// What was recorded is of an object that was destroyed past us, and another one has its address.
TEST_F(attributes_past_us, at_an_address_that_had_others) {
    convolution_case c = plain();
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.src_scale = true;
    const auto create = WINODNN_ONEDNNS(dnnl_primitive_attr_create);
    const auto destroy = WINODNN_ONEDNNS(dnnl_primitive_attr_destroy);
    std::vector<dnnl_primitive_attr_t> seen(50), others;
    for (dnnl_primitive_attr_t &attr : seen) {
        ASSERT_EQ(dnnl_primitive_attr_create(&attr), dnnl_success);
        ASSERT_EQ(dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_DST, 0), dnnl_success);
        ASSERT_EQ(dnnl_primitive_attr_set_zero_points_mask(attr, DNNL_ARG_SRC, 0), dnnl_success);
    }
    for (const dnnl_primitive_attr_t attr : seen) destroy(attr);
    const auto is_reused = [&] {
        return !others.empty() && std::ranges::find(seen, others.back()) != seen.end();
    };
    while (others.size() < 2000 && !is_reused()) ASSERT_EQ(create(&others.emplace_back()), dnnl_success);
    const bool reused = is_reused();
    if (reused) {
        const dnnl::primitive_attr wrapped(others.back(), true);
        ASSERT_EQ(set_scales(wrapped, DNNL_ARG_SRC, 0), dnnl_success);
        ASSERT_EQ(set_scales(wrapped, DNNL_ARG_WEIGHTS, 1), dnnl_success);
        expect_onednns(c, wrapped);
    }
    for (const dnnl_primitive_attr_t attr : others) destroy(attr);
    if (!reused) GTEST_SKIP() << "the allocator did not give an address again";
}

// Where nothing was seen, oneDNN can be asked whether there is nothing.
TEST_F(attributes_past_us, are_noticed_at_creation_if_none_were_seen) {
    for (const bool user_scratchpad : {false, true}) {
        convolution_case c = plain();
        c.user_scratchpad = user_scratchpad;
        c.algorithm = dnnl::algorithm::convolution_auto;
        c.p.ic = c.p.oc = 64;
        c.p.ih = c.p.iw = 28; // where auto takes Winograd
        c.pad(1, 1, 1, 1);
        dnnl::primitive_attr attr = attributes(c);
        ASSERT_TRUE(is_ours(describe(c, attr))) << "nothing was set: " << winodnn_last_decline_reason();
        c.p.src_scale = true;
        ASSERT_EQ(set_scales(attr, DNNL_ARG_SRC, 0), dnnl_success);
        const auto desc = describe(c, attr);
        EXPECT_FALSE(is_ours(desc));
        EXPECT_STREQ(winodnn_last_decline_reason(), "attributes that were set past winodnn");
        check(c, desc, dnnl::convolution_forward(desc));
    }
}

// oneDNN does not read what its attributes do not ask for.
TEST_F(attributes_past_us, or_arguments_of_none) {
    convolution_case c = plain();
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    const case_data data(c);
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    memory values({{1}, type::f32, tag::a}, cpu());
    *static_cast<float *>(values.get_data_handle()) = 77.f;
    for (const int arg : {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, DNNL_ARG_ATTR_SCALES | DNNL_ARG_BIAS,
                 DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, 511 /* dropout's seed, of later versions */,
                 DNNL_ARG_ATTR_MULTIPLE_POST_OP(3) | DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC_1}) {
        execution e(c, data, desc);
        e.arguments[arg] = values;
        const std::uint64_t before = winodnn_executed_by_onednn();
        e.run(primitive);
        expect_equal(e.dst(), expected_dst(c, data));
        EXPECT_EQ(winodnn_executed_by_onednn() - before, 1u) << arg;
    }
    // These belong to no attribute.
    for (const int arg : {DNNL_ARG_SCRATCHPAD, DNNL_ARG_WORKSPACE, DNNL_ARG_BIAS,
                 DNNL_ARG_ATTR_MULTIPLE_POST_OP(3) | DNNL_ARG_SRC_1}) {
        execution e(c, data, desc);
        e.arguments[arg] = values;
        const std::uint64_t before = winodnn_executed_by_onednn();
        e.run(primitive);
        expect_equal(e.dst(), expected_dst(c, data));
        EXPECT_EQ(winodnn_executed_by_onednn() - before, 0u) << arg;
    }
}

} // namespace
} // namespace winodnn::testing
