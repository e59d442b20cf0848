// Packed weights' descs given to what they were not packed for: never an answer, always a line. ctest sets
// WINODNN_VERBOSE=2.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using tag = memory::format_tag;
using type = memory::data_type;

memory::desc any(const memory::dims &dims, type t) {
    return {dims, t, tag::any};
}

memory::desc packed(dim ic = 64, dim oc = 64, dim groups = 0, dim kh = 3, dim kw = 3) {
    convolution_case c(ic, oc, 12, 12);
    c.p.groups = groups;
    c.p.kh = c.kh = kh;
    c.p.kw = c.kw = kw;
    c.pad(kh / 2, kw / 2, kh / 2, kw / 2);
    return make_desc(c).weights_desc();
}

// The status, and the lines of verbose output that say that something was refused.
struct outcome {
    dnnl_status_t status = dnnl_success;
    int lines = 0;
};

outcome outcome_of(const std::function<void()> &create) {
    outcome result;
    ::testing::internal::CaptureStdout();
    try {
        create();
    } catch (const dnnl::error &e) {
        result.status = e.status;
    }
    std::fflush(stdout);
    const std::string text = ::testing::internal::GetCapturedStdout();
    for (const std::string line : {"create:decline", "create:refuse"})
        for (auto at = text.find(line); at != std::string::npos; at = text.find(line, at + 1)) ++result.lines;
    return result;
}

void expect_refused(const std::function<void()> &create) {
    const outcome result = outcome_of(create);
    EXPECT_EQ(result.status, dnnl_unimplemented);
    EXPECT_EQ(result.lines, 1);
}

struct arguments {
    prop_kind prop = prop_kind::forward_inference;
    memory::desc src = any({1, 64, 12, 12}, type::u8), weights = packed(), bias,
                 dst = any({1, 64, 12, 12}, type::u8);
    memory::dims strides {1, 1}, dilates {0, 0}, padding_l {1, 1}, padding_r {1, 1};
    dnnl::primitive_attr attr;

    void create(algorithm alg) const {
        dnnl::convolution_forward::primitive_desc(
                cpu(), prop, alg, src, weights, bias, dst, strides, dilates, padding_l, padding_r, attr);
    }
};

const struct {
    const char *what;
    std::function<void(arguments &)> change;
} otherwise[] = {
        {"strides of 2",
                [](arguments &a) {
                    a.strides = {2, 2};
                    a.dst = any({1, 64, 6, 6}, type::u8);
                }},
        {"a stride along w",
                [](arguments &a) {
                    a.strides = {1, 2};
                    a.dst = any({1, 64, 12, 6}, type::u8);
                }},
        {"another source",
                [](arguments &a) {
                    a.src = any({1, 64, 12, 12}, type::s8);
                }},
        {"a source in nchw",
                [](arguments &a) {
                    a.src = {{1, 64, 12, 12}, type::u8, tag::nchw};
                }},
        {"training", [](arguments &a) { a.prop = prop_kind::forward_training; }},
        {"an unsupported post-op",
                [](arguments &a) {
                    dnnl::post_ops ops;
                    ops.append_binary(algorithm::binary_ge, {{1, 64, 1, 1}, type::f32, tag::nchw});
                    a.attr.set_post_ops(ops);
                }},
        {"a batch of none",
                [](arguments &a) {
                    a.src = any({0, 64, 12, 12}, type::u8);
                    a.dst = any({0, 64, 12, 12}, type::u8);
                }},
        {"a batch that is not known",
                [](arguments &a) {
                    const dim n = DNNL_RUNTIME_DIM_VAL;
                    a.src = {{n, 64, 12, 12}, type::u8, tag::nhwc};
                    a.dst = {{n, 64, 12, 12}, type::u8, tag::nhwc};
                }},
        {"a 1-D convolution with groups",
                [](arguments &a) {
                    a.src = any({1, 64 * 3, 12}, type::u8);
                    a.dst = any({1, 64 * 64, 12}, type::u8);
                    a.strides = a.padding_l = a.padding_r = {1};
                    a.dilates = {0};
                }},
        {"a 3-D convolution",
                [](arguments &a) {
                    a.weights = packed(48, 48, 3);
                    a.src = any({1, 16, 16, 12, 12}, type::u8);
                    a.dst = any({1, 3, 1, 12, 12}, type::u8);
                    a.strides = {1, 1, 1};
                    a.dilates = {0, 0, 0};
                    a.padding_l = a.padding_r = {0, 1, 1};
                }},
        {"packed as the source",
                [](arguments &a) {
                    a.src = packed();
                    a.weights = any({64, 64, 3, 3}, type::s8);
                    a.dst = any({64, 64, 3, 3}, type::s32);
                }},
        {"packed as the source of 1x1",
                [](arguments &a) {
                    a.src = packed();
                    a.weights = any({64, 64, 1, 1}, type::s8);
                    a.dst = any({64, 64, 3, 3}, type::s32);
                    a.padding_l = a.padding_r = {0, 0};
                }},
        {"packed as the destination",
                [](arguments &a) {
                    a.src = any({64, 64, 3, 3}, type::u8);
                    a.weights = any({64, 64, 3, 3}, type::s8);
                    a.dst = packed();
                }},
        {"packed as the destination of 1x1",
                [](arguments &a) {
                    a.src = any({64, 64, 3, 3}, type::u8);
                    a.weights = any({64, 64, 1, 1}, type::s8);
                    a.dst = packed();
                    a.padding_l = a.padding_r = {0, 0};
                }},
};

TEST(misplaced_weights, are_refused_by_every_other_convolution) {
    for (const auto &[what, change] : otherwise)
        for (const auto alg : {algorithm::convolution_direct, algorithm::convolution_auto,
                     algorithm::convolution_winograd}) {
            SCOPED_TRACE(what);
            arguments a;
            change(a);
            expect_refused([&] { a.create(alg); });
            EXPECT_STRNE(winodnn_last_decline_reason(), "");
        }
    EXPECT_EQ(outcome_of([] { arguments().create(algorithm::convolution_direct); }).status, dnnl_success);
}

TEST(misplaced_weights, of_each_kernel_are_refused_where_the_stride_is_not_1) {
    for (const auto &[kh, kw] : {std::pair<dim, dim> {3, 3}, {1, 3}, {3, 1}})
        for (const dim groups : {0, 2}) {
            const memory::desc weights = packed(64, 64, groups, kh, kw);
            expect_refused([&, kh = kh, kw = kw] {
                dnnl::convolution_forward::primitive_desc(cpu(), prop_kind::forward_inference,
                        algorithm::convolution_direct, any({1, 64, 12, 12}, type::u8), weights,
                        any({1, 64, 6, 6}, type::u8), {2, 2}, {kh / 2, kw / 2}, {kh / 2, kw / 2});
            });
        }
}

// What oneDNN finds wrong with the other arguments goes first.
TEST(misplaced_weights, do_not_hide_invalid_arguments) {
    arguments other_size, other_type;
    other_size.dst = any({1, 64, 5, 5}, type::u8);
    other_size.strides = {2, 2};
    other_type.src = any({1, 64, 12, 12}, type::f32);
    for (const arguments &a : {other_size, other_type}) {
        const outcome result = outcome_of([&] { a.create(algorithm::convolution_direct); });
        EXPECT_EQ(result.status, dnnl_invalid_arguments);
        EXPECT_EQ(result.lines, 0);
    }
}

TEST(misplaced_weights, are_refused_by_every_other_primitive) {
    const memory::desc block = packed();
    const memory::dims dims = block.get_dims();
    const memory::desc like = any(dims, type::s8), image = any({1, 64, 12, 12}, type::u8);
    const auto inference = prop_kind::forward_inference;
    expect_refused([&] {
        dnnl::deconvolution_forward::primitive_desc(cpu(), inference, algorithm::deconvolution_direct, image,
                block, any({1, 64, 12, 12}, type::u8), {1, 1}, {1, 1}, {1, 1});
    });
    expect_refused([&] {
        dnnl::inner_product_forward::primitive_desc(
                cpu(), inference, any({1, 64, 3, 3}, type::u8), block, any({1, 64}, type::u8));
    });
    expect_refused([&] { dnnl::matmul::primitive_desc(cpu(), like, block, like); });
    for (const algorithm alg : {algorithm::binary_add, algorithm::binary_mul}) {
        expect_refused([&] { dnnl::binary::primitive_desc(cpu(), alg, block, like, like); });
        expect_refused([&] { dnnl::binary::primitive_desc(cpu(), alg, like, block, like); });
        expect_refused([&] { dnnl::binary::primitive_desc(cpu(), alg, like, like, block); });
    }
    expect_refused([&] {
        dnnl::eltwise_forward::primitive_desc(
                cpu(), inference, algorithm::eltwise_relu, block, block, 0.f, 0.f);
    });
    expect_refused([&] { dnnl::concat::primitive_desc(cpu(), 0, {like, block}); });
    expect_refused([&] { dnnl::concat::primitive_desc(cpu(), block, 0, {like, like}); });
    expect_refused([&] { dnnl::sum::primitive_desc(cpu(), {1.f, 1.f}, {block, like}); });
    expect_refused([&] {
        dnnl::pooling_forward::primitive_desc(cpu(), inference, algorithm::pooling_max, block,
                any({64, 64, 1, 1}, type::s8), {3, 3}, {3, 3}, {0, 0}, {0, 0}, {0, 0});
    });
    expect_refused([&] {
        dnnl::reduction::primitive_desc(
                cpu(), algorithm::reduction_sum, block, any({64, 64, 1, 1}, type::s8), 0.f, 0.f);
    });
    expect_refused([&] {
        dnnl::resampling_forward::primitive_desc(
                cpu(), inference, algorithm::resampling_nearest, block, any({64, 64, 6, 6}, type::s8));
    });
    expect_refused([&] { dnnl::shuffle_forward::primitive_desc(cpu(), inference, block, like, 1, 4); });
    expect_refused([&] {
        dnnl::softmax_forward::primitive_desc(
                cpu(), inference, algorithm::softmax_accurate, block, any(dims, type::f32), 1);
    });
    expect_refused([&] {
        dnnl::batch_normalization_forward::primitive_desc(
                cpu(), inference, block, like, 1e-5f, dnnl::normalization_flags::use_global_stats);
    });
    expect_refused([&] {
        dnnl::layer_normalization_forward::primitive_desc(
                cpu(), inference, block, like, 1e-5f, dnnl::normalization_flags::none);
    });
    expect_refused([&] { dnnl::prelu_forward::primitive_desc(cpu(), inference, block, like, like); });
    expect_refused([&] {
        dnnl::lrn_forward::primitive_desc(
                cpu(), inference, algorithm::lrn_across_channels, block, like, 5, 1e-4f, 0.75f, 1.f);
    });
}

// With a hint that is of our convolution, which oneDNN must never see.
TEST(misplaced_weights, are_refused_by_every_backward_primitive) {
    const memory::desc block = packed(), like = any(block.get_dims(), type::s8);
    const convolution_case c(64, 64, 12, 12);
    const auto desc = make_desc(c);
    const auto hint = desc.get();
    const auto b = block.get(), l = like.get();
    const dnnl_dims_t ones = {1, 1}, none = {0, 0};
    dnnl_primitive_desc_t pd = nullptr;
    const auto e = cpu().get();
    const std::function<dnnl_status_t()> all[] = {
            [&] {
                return dnnl_convolution_backward_data_primitive_desc_create(
                        &pd, e, dnnl_convolution_direct, l, b, l, ones, none, ones, ones, hint, nullptr);
            },
            [&] {
                return dnnl_convolution_backward_weights_primitive_desc_create(&pd, e,
                        dnnl_convolution_direct, l, b, nullptr, l, ones, none, ones, ones, hint, nullptr);
            },
            [&] {
                return dnnl_deconvolution_backward_data_primitive_desc_create(
                        &pd, e, dnnl_deconvolution_direct, l, b, l, ones, none, ones, ones, hint, nullptr);
            },
            [&] {
                return dnnl_deconvolution_backward_weights_primitive_desc_create(&pd, e,
                        dnnl_deconvolution_direct, l, b, nullptr, l, ones, none, ones, ones, hint, nullptr);
            },
            [&] {
                return dnnl_inner_product_backward_data_primitive_desc_create(&pd, e, l, b, l, hint, nullptr);
            },
            [&] {
                return dnnl_inner_product_backward_weights_primitive_desc_create(
                        &pd, e, l, b, nullptr, l, hint, nullptr);
            },
            [&] {
                return dnnl_eltwise_backward_primitive_desc_create(
                        &pd, e, dnnl_eltwise_relu, l, l, b, 0.f, 0.f, hint, nullptr);
            },
            [&] {
                return dnnl_pooling_backward_primitive_desc_create(
                        &pd, e, dnnl_pooling_max, l, b, ones, ones, none, none, none, hint, nullptr);
            },
            [&] { return dnnl_shuffle_backward_primitive_desc_create(&pd, e, b, l, 1, 4, hint, nullptr); },
            [&] {
                return dnnl_resampling_backward_primitive_desc_create(
                        &pd, e, dnnl_resampling_nearest, nullptr, l, b, hint, nullptr);
            },
            [&] {
                return dnnl_softmax_backward_primitive_desc_create(
                        &pd, e, dnnl_softmax_accurate, l, b, l, 1, hint, nullptr);
            },
            [&] {
                return dnnl_batch_normalization_backward_primitive_desc_create(
                        &pd, e, dnnl_backward_data, l, l, b, 1e-5f, 0, hint, nullptr);
            },
            [&] {
                return dnnl_layer_normalization_backward_primitive_desc_create(
                        &pd, e, dnnl_backward_data, l, l, b, nullptr, 1e-5f, 0, hint, nullptr);
            },
            [&] {
                return dnnl_lrn_backward_primitive_desc_create(
                        &pd, e, dnnl_lrn_across_channels, l, l, b, 5, 1e-4f, 0.75f, 1.f, hint, nullptr);
            },
            [&] { return dnnl_prelu_backward_primitive_desc_create(&pd, e, l, b, l, l, l, hint, nullptr); },
    };
    for (const auto &create : all) {
        SCOPED_TRACE(&create - all);
        expect_refused([&] {
            if (const dnnl_status_t status = create(); status != dnnl_success) throw dnnl::error(status, "");
        });
    }
}

TEST(misplaced_weights, are_no_operand_of_a_post_op) {
    expect_refused([] { dnnl::post_ops().append_binary(algorithm::binary_add, packed()); });
}

TEST(misplaced_weights, are_refused_where_descs_are_made_of_descs) {
    const memory::desc block = packed();
    expect_refused([&] { block.reshape({64, 64 * 9}); });
    expect_refused([&] { block.permute_axes({1, 0, 2, 3}); });
    expect_refused([&] { block.submemory_desc({32, 64, 3, 3}, {0, 0, 0, 0}); });
}

// A reorder between packed weights of other sizes would read past the smaller ones.
TEST(misplaced_weights, of_other_sizes_are_not_reordered_into_each_other) {
    const memory::desc from = packed(64, 64);
    for (const memory::desc &to : {packed(64, 128), packed(128, 64), packed(64, 64, 2), packed(64, 64, 0, 1)})
        for (const auto &[a, b] : {std::pair {from, to}, {to, from}})
            EXPECT_EQ(outcome_of([&, a = a, b = b] {
                dnnl::reorder::primitive_desc(cpu(), a, cpu(), b);
            }).status,
                    dnnl_invalid_arguments);
}

} // namespace
} // namespace winodnn::testing
