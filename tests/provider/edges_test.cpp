// Sizes, addresses and handles at their limits.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace winodnn::testing {
namespace {

using dnnl::algorithm;
using dnnl::convolution_forward;
using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;

// Address space of which only what is touched takes memory.
class reserved_buffer {
public:
    explicit reserved_buffer(std::size_t bytes) : bytes_(bytes) {
        void *mapped = mmap(
                nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        data_ = mapped == MAP_FAILED ? nullptr : static_cast<std::byte *>(mapped);
    }
    ~reserved_buffer() {
        if (data_ != nullptr) munmap(data_, bytes_);
    }
    reserved_buffer(const reserved_buffer &) = delete;
    reserved_buffer &operator=(const reserved_buffer &) = delete;
    std::byte *data() const { return data_; }

private:
    std::size_t bytes_;
    std::byte *data_;
};

convolution_case typical() {
    convolution_case c(32, 48, 9, 10);
    c.p.mb = 2;
    c.p.bias = data_type::f32;
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.post_ops = {{post_op::kind::relu}};
    return c;
}

// Images that lie so far apart that offsets do not fit 32 bits, neither in elements nor in bytes.
TEST(edges, tensors_of_more_than_2_to_the_31_elements) {
    const dim far = (dim {1} << 31) + 64 * 7;
    for (const data_type to : {data_type::u8, data_type::s32}) {
        convolution_case c(32, 48, 9, 10);
        c.p.mb = 3;
        c.p.dst = to;
        const case_data data(c); // dense
        c.p.src_view = nhwc_strides {far, 10 * 32, 32};
        c.p.dst_view = nhwc_strides {far + 16, 10 * 48, 48};
        const auto desc = make_desc(c);
        ASSERT_TRUE(std::string(desc.impl_info_str()).starts_with("wino:"));
        const std::size_t size = size_of(to);
        const auto images = static_cast<std::size_t>(c.p.mb), src_bytes = data.src.size() / images,
                   dst_bytes = data.dst_before.size() / images;
        const reserved_buffer src(static_cast<std::size_t>(far) * images),
                dst(static_cast<std::size_t>(far + 16) * images * size);
        if (src.data() == nullptr || dst.data() == nullptr) GTEST_SKIP() << "no address space";
        for (std::size_t n = 0; n < images; ++n)
            std::memcpy(src.data() + n * static_cast<std::size_t>(far), data.src.data() + n * src_bytes,
                    src_bytes);
        convolution_case dense = c;
        dense.p.src_view.reset();
        dense.p.dst_view.reset();
        execution e(dense, data, make_desc(dense)); // for the weights
        e.arguments[DNNL_ARG_SRC] = memory(desc.src_desc(), cpu(), src.data());
        e.arguments[DNNL_ARG_DST] = memory(desc.dst_desc(), cpu(), dst.data());
        e.run(convolution_forward(desc));
        std::vector<std::uint8_t> computed;
        for (std::size_t n = 0; n < images; ++n) {
            const auto *image = reinterpret_cast<const std::uint8_t *>(
                    dst.data() + n * static_cast<std::size_t>(far + 16) * size);
            computed.insert(computed.end(), image, image + dst_bytes);
        }
        expect_equal(computed, expected_dst(dense, data));
    }
}

// Neither taken over nor looked at for long. By name, which oneDNN refuses before it looks: v3.2 does not
// survive some of these.
TEST(edges, sizes_that_memory_does_not_have_are_declined) {
    struct shape {
        dim mb, ic, ih, iw, oc;
    };
    for (const shape &s : {shape {dim {1} << 40, 16, 1, 1, 16}, {dim {1} << 32, 16, 3, 3, 16},
                 {1, 16, dim {1} << 32, 1, 16}, {1, 16, dim {1} << 40, 1, 16}, {1, 16, 1, dim {1} << 40, 16},
                 {1, 1 << 23, 4, 4, 16}, {1, 16, 4, 4, dim {1} << 30}, {1 << 20, 16, 1 << 20, 1, 16}}) {
        const memory::desc src({s.mb, s.ic, s.ih, s.iw}, type::u8, tag::nhwc),
                weights({s.oc, s.ic, 3, 3}, type::s8, tag::any),
                dst({s.mb, s.oc, s.ih, s.iw}, type::u8, tag::nhwc);
        EXPECT_EQ(status_of([&] {
            convolution_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                    algorithm::convolution_winograd, src, weights, dst, {1, 1}, {1, 1}, {1, 1});
        }),
                dnnl_unimplemented);
        EXPECT_STRNE(winodnn_last_decline_reason(), "");
    }
}

// What is known at execution only, in any place.
TEST(edges, runtime_dimensions_and_strides_are_declined) {
    const dim runtime = DNNL_RUNTIME_DIM_VAL;
    const memory::dims dense = {64 * 144, 1, 64 * 12, 64};
    for (int place = 0; place < 12; ++place) {
        memory::dims src_dims = {1, 64, 12, 12}, dst_dims = src_dims, src_strides = dense,
                     dst_strides = dense;
        memory::dims *const lists[] = {&src_dims, &dst_dims, &src_strides};
        (*lists[place / 4])[std::size_t(place % 4)] = runtime;
        const memory::desc src(src_dims, type::u8, src_strides), dst(dst_dims, type::u8, dst_strides),
                weights({64, 64, 3, 3}, type::s8, tag::any);
        for (const auto alg : {dnnl_convolution_direct, dnnl_convolution_winograd}) {
            const dnnl_dims_t ones = {1, 1};
            dnnl_primitive_desc_t desc = nullptr;
            const dnnl_status_t status = dnnl_convolution_forward_primitive_desc_create(&desc, cpu().get(),
                    dnnl_forward_inference, alg, src.get(), weights.get(), nullptr, dst.get(), ones, nullptr,
                    ones, nullptr, nullptr);
            EXPECT_NE(status, dnnl_success);
            dnnl_primitive_desc_destroy(desc);
        }
    }
}

// Where oneDNN's own implementation does nothing, so does the process with winodnn.
TEST(edges, empty_tensors_are_left_to_onednn) {
    const memory::desc src({0, 64, 12, 12}, type::u8, tag::nhwc), dst({0, 64, 12, 12}, type::u8, tag::nhwc),
            weights({64, 64, 3, 3}, type::s8, tag::any);
    const convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
            algorithm::convolution_direct, src, weights, dst, {1, 1}, {1, 1}, {1, 1});
    EXPECT_FALSE(std::string(desc.impl_info_str()).starts_with("wino:"));
    EXPECT_STREQ(winodnn_last_decline_reason(), "an empty tensor");
    const memory s(src, cpu()), w(desc.weights_desc(), cpu()), d(dst, cpu());
    dnnl::stream stream(cpu());
    EXPECT_NO_THROW(convolution_forward(desc).execute(
            stream, {{DNNL_ARG_SRC, s}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, d}}));
}

class executed : public ::testing::Test {
protected:
    executed() : case_(typical()), data_(case_), desc_(make_desc(case_)), primitive_(desc_) {}

    convolution_case case_;
    case_data data_;
    convolution_forward::primitive_desc desc_;
    convolution_forward primitive_;
};

TEST_F(executed, with_memories_of_no_size_is_refused) {
    for (const int arg : {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS,
                 DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS}) {
        execution e(case_, data_, desc_);
        const memory::desc given = e.arguments.at(arg).get_desc();
        memory::dims none = given.get_dims();
        none[0] = 0;
        const tag dense = none.size() == 1 ? tag::a : tag::abcd;
        for (const memory &instead :
                {memory(memory::desc(none, given.get_data_type(), dense), cpu()), memory({}, cpu())}) {
            e.arguments[arg] = instead;
            EXPECT_EQ(status_of([&] { e.run(primitive_); }), dnnl_invalid_arguments) << arg;
        }
    }
}

TEST_F(executed, with_an_argument_twice_is_refused_as_by_onednn) {
    auto direct = desc_;
    ASSERT_TRUE(direct.next_impl());
    const convolution_forward of_onednn(direct);
    dnnl::stream stream(cpu());
    for (const bool ours : {true, false}) {
        const dnnl_primitive_t primitive = ours ? primitive_.get() : of_onednn.get();
        const execution e(case_, data_, ours ? desc_ : direct);
        std::vector<dnnl_exec_arg_t> list;
        for (const auto &[arg, m] : e.arguments) list.push_back({arg, m.get()});
        for (std::size_t i = 0, count = list.size(); i < count; ++i) {
            list.push_back(list[i]);
            EXPECT_EQ(dnnl_primitive_execute(primitive, stream.get(), int(list.size()), list.data()),
                    dnnl_invalid_arguments);
            list.pop_back();
        }
    }
}

// Memories of another engine of the CPU are the CPU's memory.
TEST_F(executed, with_memories_of_another_engine) {
    const dnnl::engine other(dnnl::engine::kind::cpu, 0);
    execution e(case_, data_, desc_);
    for (auto &[arg, m] : e.arguments) m = memory(m.get_desc(), other, m.get_data_handle());
    e.run(primitive_);
    expect_equal(e.dst(), expected_dst(case_, data_));
}

// Handles are read at each execution.
TEST_F(executed, with_other_buffers_in_the_same_memories) {
    execution first(case_, data_, desc_);
    first.run(primitive_);
    case_data other_data(case_);
    std::ranges::reverse(other_data.src);
    std::ranges::reverse(other_data.weights);
    std::ranges::reverse(other_data.weights_scale);
    execution other(case_, other_data, desc_);
    for (auto &[arg, m] : first.arguments) m.set_data_handle(other.arguments.at(arg).get_data_handle());
    first.run(primitive_);
    expect_equal(first.dst(), expected_dst(case_, other_data));
    first.arguments.at(DNNL_ARG_SRC).set_data_handle(nullptr);
    EXPECT_EQ(status_of([&] { first.run(primitive_); }), dnnl_invalid_arguments);
}

// Each buffer at every distance from a cache line, alone and all of them. Types keep their own alignment.
TEST(edges, buffers_at_any_address) {
    convolution_case c = typical();
    c.user_scratchpad = true;
    c.p.dst_scale = true;
    c.p.src_zero_point = c.p.dst_zero_point = true;
    c.src_zero_point = 5;
    c.p.post_ops = {{post_op::kind::relu},
            {.op = post_op::kind::binary_add, .type = data_type::s8, .operand = post_op::broadcast::per_oc},
            {.op = post_op::kind::sum, .type = data_type::u8}};
    const case_data data(c);
    const auto desc = make_desc(c);
    const convolution_forward primitive(desc);
    const std::vector<std::uint8_t> right = expected_dst(c, data);
    const execution aligned(c, data, desc);
    const auto run_with = [&](int moved_arg, std::size_t distance) {
        execution e(c, data, desc);
        std::list<std::vector<std::byte>> buffers;
        for (auto &[arg, m] : e.arguments) {
            if (moved_arg != 0 && arg != moved_arg) continue;
            const std::size_t bytes = m.get_desc().get_size();
            std::vector<std::byte> &buffer = buffers.emplace_back(bytes + 128);
            auto at = reinterpret_cast<std::uintptr_t>(buffer.data());
            at += (64 - at % 64) % 64 + distance * dnnl::memory::data_type_size(m.get_desc().get_data_type());
            std::memcpy(reinterpret_cast<void *>(at), m.get_data_handle(), bytes);
            m.set_data_handle(reinterpret_cast<void *>(at));
        }
        e.run(primitive);
        expect_equal(e.dst(), right);
    };
    for (const auto &[arg, m] : aligned.arguments) {
        SCOPED_TRACE(arg);
        for (const std::size_t distance : {0, 1, 3, 15}) run_with(arg, distance);
    }
    for (std::size_t distance = 0; distance < 16; ++distance) run_with(0, distance);
}

// The operand of a post-op may be what the destination replaces, as oneDNN's sum is.
TEST(edges, a_post_ops_operand_in_the_destinations_own_buffer) {
    for (const auto op : {post_op::kind::binary_add, post_op::kind::binary_max}) {
        convolution_case c(48, 64, 13, 11);
        c.p.dst = data_type::s8;
        c.p.weights_scale = problem::weights_scale_kind::common;
        c.p.post_ops = {{.op = op, .type = data_type::s8, .operand = post_op::broadcast::none}};
        c.p.post_ops[0].operand_strides = c.p.dst_strides();
        const case_data data(c);
        const auto desc = make_desc(c);
        execution e(c, data, desc);
        const int operand = DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;
        std::memcpy(e.arguments.at(DNNL_ARG_DST).get_data_handle(), e.arguments.at(operand).get_data_handle(),
                data.dst_before.size());
        e.arguments.at(operand).set_data_handle(e.arguments.at(DNNL_ARG_DST).get_data_handle());
        e.run(convolution_forward(desc));
        expect_equal(e.dst(), expected_dst(c, data));
    }
}

// Which nobody promises a result for; but it ends, and stays inside the buffer.
TEST(edges, source_and_destination_in_one_buffer) {
    convolution_case c(64, 64, 13, 11);
    const case_data data(c);
    const auto desc = make_desc(c);
    execution e(c, data, desc);
    e.arguments[DNNL_ARG_DST] = e.arguments.at(DNNL_ARG_SRC);
    EXPECT_NO_THROW(e.run(convolution_forward(desc)));
}

} // namespace
} // namespace winodnn::testing
