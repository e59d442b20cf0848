// Convolutions of one, two and three dimensions whose lists of sizes end at an unmapped page: their length
// follows from the source's rank alone. ctest sets WINODNN_VERBOSE=2, so that they are printed as well.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;

// So many values, all the same, before an unmapped page.
class guarded_list {
public:
    guarded_list(std::size_t count, dim value) : buffer_(count * sizeof(dim), guard::after) {
        std::fill_n(get(), count, value);
    }
    dim *get() { return reinterpret_cast<dim *>(buffer_.data()); }

private:
    guarded_buffer buffer_;
};

struct shape {
    const char *reason;
    memory::dims src, weights, dst;
    dim stride = 1, pad = 1;
};

const shape shapes[] = {
        {"not a 2-D convolution", {1, 32, 9}, {32, 32, 3}, {1, 32, 9}},
        {"not a 2-D convolution", {1, 48, 9}, {16, 3, 3, 3}, {1, 48, 9}}, // groups, channels, taps
        {"not a 2-D convolution", {1, 32, 9}, {32, 1, 1, 3}, {1, 32, 9}},
        {"not a 2-D convolution", {1, 96, 9}, {32, 1, 3, 1}, {1, 32, 9}, 1, 0},
        {"not a 2-D convolution", {1, 32, 9}, {32, 1, 1, 3}, {1, 32, 5}, 2},
        {"the kernel is none of 3x3, 5x5, 1x3, 3x1, 1x5 and 5x1", {1, 32, 9}, {2, 16, 16, 3}, {1, 32, 9}},
        {"the stride is not 1", {1, 32, 9, 9}, {32, 32, 3, 3}, {1, 32, 5, 5}, 2},
        {"the stride is not 1", {1, 64, 9, 9}, {2, 32, 32, 3, 3}, {1, 64, 5, 5}, 2},
        {"not a 2-D convolution", {1, 32, 5, 9, 9}, {32, 32, 3, 3, 3}, {1, 32, 5, 9, 9}},
        {"not a 2-D convolution", {1, 64, 5, 9, 9}, {2, 32, 32, 3, 3, 3}, {1, 64, 5, 9, 9}},
};

TEST(ranks, lists_are_read_as_far_as_they_go) {
    for (const shape &s : shapes)
        for (const auto alg : {dnnl_convolution_direct, dnnl_convolution_auto, dnnl_convolution_winograd})
            for (const bool whole : {true, false}) { // C programs leave dilation and right padding out
                SCOPED_TRACE(&s - shapes);
                const std::size_t rank = s.src.size() - 2;
                guarded_list strides(rank, s.stride), dilates(rank, 0), padding(rank, s.pad);
                const memory::desc src(s.src, type::u8, tag::any), weights(s.weights, type::s8, tag::any),
                        dst(s.dst, type::u8, tag::any);
                dnnl_primitive_desc_t desc = nullptr;
                const dnnl_status_t status = dnnl_convolution_forward_primitive_desc_create(&desc,
                        cpu().get(), dnnl_forward_inference, alg, src.get(), weights.get(), nullptr,
                        dst.get(), strides.get(), whole ? dilates.get() : nullptr, padding.get(),
                        whole ? padding.get() : nullptr, nullptr);
                EXPECT_EQ(status, alg == dnnl_convolution_winograd ? dnnl_unimplemented : dnnl_success);
                EXPECT_STREQ(winodnn_last_decline_reason(), s.reason);
                dnnl_primitive_desc_destroy(desc);
            }
}

// Two-dimensional ones are kept, and made again when the program goes on to the next implementation.
TEST(ranks, lists_of_what_is_taken_over_are_copied_as_far_as_they_go) {
    for (const dim groups : {0, 2}) {
        dnnl_primitive_desc_t desc = nullptr;
        {
            guarded_list strides(2, 1), dilates(2, 0), padding(2, 1);
            const memory::dims kernel =
                    groups == 0 ? memory::dims {64, 64, 3, 3} : memory::dims {2, 32, 32, 3, 3};
            const memory::desc image({1, 64, 12, 12}, type::u8, tag::any),
                    weights(kernel, type::s8, tag::any);
            ASSERT_EQ(
                    dnnl_convolution_forward_primitive_desc_create(&desc, cpu().get(), dnnl_forward_inference,
                            dnnl_convolution_winograd, image.get(), weights.get(), nullptr, image.get(),
                            strides.get(), dilates.get(), padding.get(), padding.get(), nullptr),
                    dnnl_success);
        }
        ASSERT_EQ(dnnl_primitive_desc_next_impl(desc), dnnl_success);
        dnnl::convolution_forward::primitive_desc next(desc); // a clone
        EXPECT_EQ(next.get_padding_r(), (memory::dims {1, 1}));
        dnnl_primitive_desc_destroy(desc);
    }
}

} // namespace
} // namespace winodnn::testing
