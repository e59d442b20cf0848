// Convolutions that winodnn leaves to oneDNN, and why.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <dlfcn.h>
#include <functional>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using tag = memory::format_tag;
using type = memory::data_type;

// A convolution that would be taken over, for tests to change one thing in.
struct arguments {
    prop_kind prop = prop_kind::forward_inference;
    memory::desc src {{2, 32, 8, 9}, type::u8, tag::any};
    memory::desc weights {{48, 32, 3, 3}, type::s8, tag::any};
    memory::desc bias;
    memory::desc dst {{2, 48, 8, 9}, type::u8, tag::any};
    memory::dims strides {1, 1}, dilates {0, 0}, padding_l {1, 1}, padding_r {1, 1};
    dnnl::primitive_attr attr;
    algorithm alg = algorithm::convolution_winograd;

    dnnl::convolution_forward::primitive_desc create() const {
        return {cpu(), prop, alg, src, weights, bias, dst, strides, dilates, padding_l, padding_r, attr};
    }
};

bool is_ours(const dnnl::primitive_desc_base &desc) {
    return std::string(desc.impl_info_str()).starts_with("wino:");
}

void with_post_op(arguments &a, const std::function<void(dnnl::post_ops &)> &append) {
    dnnl::post_ops ops;
    append(ops);
    a.attr.set_post_ops(ops);
}

const struct {
    const char *reason;
    std::function<void(arguments &)> change;
} declined[] = {
        {"the stride is not 1",
                [](arguments &a) {
                    a.strides = {2, 1};
                    a.dst = {{2, 48, 4, 9}, type::u8, tag::any};
                }},
        {"rows too long for 32-bit displacements",
                [](arguments &a) {
                    a.src = {{1, 1024, 3, 100000}, type::u8, tag::any};
                    a.weights = {{48, 1024, 3, 3}, type::s8, tag::any};
                    a.dst = {{1, 48, 3, 100000}, type::u8, tag::any};
                }},
        {"the kernel is none of 3x3, 5x5, 1x3, 3x1, 1x5 and 5x1",
                [](arguments &a) {
                    a.weights = {{48, 32, 1, 1}, type::s8, tag::any};
                    a.padding_l = a.padding_r = {0, 0};
                }},
        {"the kernel is none of 3x3, 5x5, 1x3, 3x1, 1x5 and 5x1",
                [](arguments &a) {
                    a.weights = {{48, 32, 3, 5}, type::s8, tag::any};
                    a.padding_l = a.padding_r = {1, 2};
                }},
        {"fewer than 16 input or output channels in a group",
                [](arguments &a) {
                    a.weights = {{4, 12, 8, 3, 3}, type::s8, tag::any};
                }},
        {"not a 2-D convolution",
                [](arguments &a) {
                    a.src = {{2, 32, 9}, type::u8, tag::any};
                    a.weights = {{48, 32, 3}, type::s8, tag::any};
                    a.dst = {{2, 48, 9}, type::u8, tag::any};
                    a.strides = a.padding_l = a.padding_r = {1};
                    a.dilates = {0};
                }},
        {"not a 2-D convolution",
                [](arguments &a) {
                    a.src = {{2, 32, 4, 8, 9}, type::u8, tag::any};
                    a.weights = {{48, 32, 3, 3, 3}, type::s8, tag::any};
                    a.dst = {{2, 48, 4, 8, 9}, type::u8, tag::any};
                    a.strides = a.padding_l = a.padding_r = {1, 1, 1};
                    a.dilates = {0, 0, 0};
                }},
        {"fewer than 16 input or output channels in a group",
                [](arguments &a) {
                    a.src = {{2, 15, 8, 9}, type::u8, tag::any};
                    a.weights = {{48, 15, 3, 3}, type::s8, tag::any};
                }},
        {"fewer than 16 input or output channels in a group",
                [](arguments &a) {
                    a.dst = {{2, 8, 8, 9}, type::u8, tag::any};
                    a.weights = {{8, 32, 3, 3}, type::s8, tag::any};
                }},
        {"an empty tensor",
                [](arguments &a) {
                    a.src = {{0, 32, 8, 9}, type::u8, tag::any};
                    a.dst = {{0, 48, 8, 9}, type::u8, tag::any};
                }},
        {"the source is neither u8 nor s8",
                [](arguments &a) {
                    a.src = {{2, 32, 8, 9}, type::f32, tag::any};
                    a.weights = {{48, 32, 3, 3}, type::f32, tag::any};
                    a.dst = {{2, 48, 8, 9}, type::f32, tag::any};
                }},
        {"the source is not nhwc",
                [](arguments &a) {
                    a.src = {{2, 32, 8, 9}, type::u8, tag::nchw};
                }},
        {"the source is not nhwc", // but every other channel of something larger
                [](arguments &a) {
                    a.src = {{2, 32, 8, 9}, type::u8, memory::dims {8 * 9 * 64, 2, 9 * 64, 64}};
                }},
        {"the source is not nhwc", // but its rows are columns
                [](arguments &a) {
                    a.src = {{2, 32, 8, 9}, type::u8, memory::dims {8 * 9 * 32, 1, 32, 8 * 32}};
                }},
        {"the destination is not nhwc",
                [](arguments &a) {
                    a.dst = {{2, 48, 8, 9}, type::u8, tag::nchw};
                }},
        {"the weights' format is given: only `any` lets us pack them",
                [](arguments &a) {
                    a.weights = {{48, 32, 3, 3}, type::s8, tag::oihw};
                }},
        {"the propagation kind is not forward inference",
                [](arguments &a) { a.prop = prop_kind::forward_training; }},
        {"a binary post-op other than add, sub, mul, div, max and min",
                [](arguments &a) {
                    with_post_op(a, [](dnnl::post_ops &ops) {
                        ops.append_binary(algorithm::binary_ge, {{1, 48, 1, 1}, type::f32, tag::nchw});
                    });
                }},
        {"a binary post-op with another operand than one value, one for each oc, or nhwc", // but for each
                                                                                           // pixel
                [](arguments &a) {
                    with_post_op(a, [](dnnl::post_ops &ops) {
                        ops.append_binary(algorithm::binary_add, {{1, 1, 8, 9}, type::f32, tag::nchw});
                    });
                }},
        {"a binary post-op with another operand than one value, one for each oc, or nhwc", // but nchw
                [](arguments &a) {
                    with_post_op(a, [](dnnl::post_ops &ops) {
                        ops.append_binary(algorithm::binary_add, {{2, 48, 8, 9}, type::f32, tag::nchw});
                    });
                }},
        {"a prelu post-op per something other than oc",
                [](arguments &a) { with_post_op(a, [](dnnl::post_ops &ops) { ops.append_prelu(15); }); }},
        {"scales per something other than oc",
                [](arguments &a) { a.attr.set_scales_mask(DNNL_ARG_WEIGHTS, 2); }},
        {"zero points per something other than channels",
                [](arguments &a) { a.attr.set_zero_points_mask(DNNL_ARG_SRC, 4); }},
};

TEST(declines, name_the_reason_and_leave_the_convolution_to_onednn) {
    int seen = 0;
    for (const auto &[reason, change] : declined)
        for (const auto alg : {algorithm::convolution_direct, algorithm::convolution_auto}) {
            SCOPED_TRACE(reason);
            arguments a;
            a.alg = alg;
            change(a);
            winodnn_reset_statistics();
            winodnn_statistics_t s;
            try {
                EXPECT_FALSE(is_ours(a.create()));
            } catch (const dnnl::error &e) {
                EXPECT_EQ(e.status, dnnl_unimplemented); // no answer of oneDNN's either
                EXPECT_STREQ(winodnn_last_decline_reason(), "");
                continue;
            }
            ++seen;
            EXPECT_STREQ(winodnn_last_decline_reason(), reason);
            winodnn_get_statistics(&s);
            EXPECT_EQ(s.declined, 1u);
            EXPECT_EQ(s.taken_over, 0u);
        }
    EXPECT_GE(seen, 2 * int(std::size(declined)) - 8);
}

// Asked for by name, Winograd is refused as oneDNN refuses it when it is none of ours.
TEST(declines, of_winograd_by_name_are_onednns_refusal) {
    for (const auto &[reason, change] : declined) {
        SCOPED_TRACE(reason);
        arguments a;
        change(a);
        EXPECT_THROW(is_ours(a.create()), dnnl::error);
    }
}

TEST(declines, are_forgotten_when_the_next_one_is_taken) {
    arguments a;
    a.strides = {2, 2};
    a.dst = {{2, 48, 4, 5}, type::u8, tag::any};
    a.alg = algorithm::convolution_direct;
    a.create();
    EXPECT_STREQ(winodnn_last_decline_reason(), "the stride is not 1");
    EXPECT_TRUE(is_ours(arguments().create()));
    EXPECT_STREQ(winodnn_last_decline_reason(), "");
}

TEST(declines, arguments_that_onednn_finds_invalid_are_not_looked_at) {
    arguments a;
    a.dst = {{2, 48, 80, 9}, type::u8, tag::any};
    winodnn_reset_statistics();
    try {
        a.create();
        FAIL() << "an output size that does not fit was accepted";
    } catch (const dnnl::error &e) {
        EXPECT_EQ(e.status, dnnl_invalid_arguments);
    }
    winodnn_statistics_t s;
    winodnn_get_statistics(&s);
    EXPECT_EQ(s.taken_over + s.declined, 0u);

    const dnnl_dims_t ones = {1, 1};
    EXPECT_EQ(dnnl_convolution_forward_primitive_desc_create(nullptr, cpu().get(), dnnl_forward_inference,
                      dnnl_convolution_winograd, arguments().src.get(), arguments().weights.get(), nullptr,
                      arguments().dst.get(), ones, nullptr, ones, nullptr, nullptr),
            dnnl_invalid_arguments);
    dnnl_primitive_desc_t desc = nullptr;
    EXPECT_EQ(dnnl_convolution_forward_primitive_desc_create(&desc, cpu().get(), dnnl_forward_inference,
                      dnnl_convolution_winograd, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                      nullptr, nullptr, nullptr),
            dnnl_invalid_arguments);
}

// C programs leave dilation and right padding out.
TEST(declines, no_argument_that_c_programs_leave_out) {
    const arguments a;
    const dnnl_dims_t ones = {1, 1};
    dnnl_primitive_desc_t desc = nullptr;
    ASSERT_EQ(dnnl_convolution_forward_primitive_desc_create(&desc, cpu().get(), dnnl_forward_inference,
                      dnnl_convolution_winograd, a.src.get(), a.weights.get(), nullptr, a.dst.get(), ones,
                      nullptr, ones, nullptr, nullptr),
            dnnl_success);
    EXPECT_TRUE(is_ours(dnnl::convolution_forward::primitive_desc(desc))); // a clone
    EXPECT_EQ(dnnl_primitive_desc_destroy(desc), dnnl_success);
}

// Attributes that oneDNN has made inside a primitive desc of its own: their scales cannot be read.
TEST(declines, attributes_of_unknown_content) {
    arguments a;
    a.attr.set_scales_mask(DNNL_ARG_SRC, 0);
    auto desc = a.create();
    ASSERT_TRUE(desc.next_impl());
    a.attr = desc.get_primitive_attr();
    a.alg = algorithm::convolution_direct;
    EXPECT_FALSE(is_ours(a.create()));
    EXPECT_STREQ(winodnn_last_decline_reason(), "attributes that were not made through the C functions");
}

// One of oneDNN's, through our functions from start to end.
TEST(declines, what_is_declined_computes_what_it_should) {
    const dim ic = 16, oc = 16, size = 9, out = 4;
    const memory::desc src({1, ic, size, size}, type::u8, tag::nhwc),
            weights({oc, ic, 3, 3}, type::s8, tag::oihw), dst({1, oc, out, out}, type::s32, tag::nhwc);
    const dnnl::convolution_forward::primitive_desc desc(cpu(), prop_kind::forward_inference,
            algorithm::convolution_direct, src, memory::desc(weights.get_dims(), type::s8, tag::any), dst,
            {2, 2}, {0, 0}, {0, 0});
    ASSERT_FALSE(is_ours(desc));
    memory s(src, cpu()), w(weights, cpu()), packed(desc.weights_desc(), cpu()), d(dst, cpu());
    auto *pixels = static_cast<std::uint8_t *>(s.get_data_handle());
    auto *kernel = static_cast<std::int8_t *>(w.get_data_handle());
    for (dim i = 0; i < ic * size * size; ++i)
        pixels[i] = std::uint8_t(i * 7 % 16); // too small for saturating instructions
    for (dim i = 0; i < oc * ic * 9; ++i) kernel[i] = std::int8_t(i * 5 % 15 - 7);
    dnnl::stream stream(cpu());
    dnnl::reorder(w, packed).execute(stream, w, packed);
    dnnl::convolution_forward(desc).execute(
            stream, {{DNNL_ARG_SRC, s}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, d}});
    stream.wait();
    const auto *sums = static_cast<const std::int32_t *>(d.get_data_handle());
    for (dim h = 0; h < out; ++h)
        for (dim x = 0; x < out; ++x)
            for (dim o = 0; o < oc; ++o) {
                std::int32_t sum = 0;
                for (dim k = 0; k < 9; ++k)
                    for (dim i = 0; i < ic; ++i)
                        sum += pixels[((2 * h + k / 3) * size + 2 * x + k % 3) * ic + i]
                               * kernel[(o * ic + i) * 9 + k];
                ASSERT_EQ(sums[(h * out + x) * oc + o], sum);
            }
}

// Functions that the oneDNN behind us does not have answer so, instead of being missing.
extern "C" dnnl_status_t dnnl_primitive_attr_set_scales_v3(dnnl_primitive_attr_t attr, int arg, int mask,
        int ndims, const dnnl_dim_t *group_dims, dnnl_data_type_t data_type, int is_on_host,
        int quantization_mode);

TEST(declines, newer_attribute_setters_are_watched_or_unimplemented) {
    arguments a;
    a.attr.set_scales_mask(DNNL_ARG_SRC, 0);
    const int static_mode = 1;
    const dnnl_status_t status = dnnl_primitive_attr_set_scales_v3(
            a.attr.get(), DNNL_ARG_WEIGHTS, 1, 0, nullptr, dnnl_f32, 0, static_mode);
    void *onednn = dlopen("libdnnl.so.3", RTLD_LAZY | RTLD_NOLOAD);
    ASSERT_NE(onednn, nullptr);
    const bool has_it = dlsym(onednn, "dnnl_primitive_attr_set_scales_v3") != nullptr;
    EXPECT_EQ(status == dnnl_unimplemented, !has_it);
    EXPECT_TRUE(is_ours(a.create()));
}

} // namespace
} // namespace winodnn::testing
