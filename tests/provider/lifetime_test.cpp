// What outlives what, and what happens in many threads and after many rounds.
#include "convolution_case.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <thread>
#include <unistd.h>

namespace winodnn::testing {
namespace {

using dnnl::convolution_forward;
using dnnl::memory;

convolution_case typical(dim channels = 32, dim size = 9) {
    convolution_case c(channels, channels + 5, size, size + 1);
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    c.p.post_ops = {{.op = post_op::kind::relu}};
    return c;
}

TEST(lifetime, a_primitive_outlives_all_that_it_was_made_of) {
    const convolution_case c = typical();
    const case_data data(c);
    std::optional<convolution_forward> primitive;
    std::optional<execution> run;
    {
        std::optional<dnnl::primitive_attr> attr(attributes(c));
        std::optional<memory::desc> src(src_desc(c.p, memory::format_tag::nhwc)), weights(weights_desc(c)),
                bias(bias_desc(c.p)), dst(dst_desc(c.p, memory::format_tag::nhwc));
        std::optional<convolution_forward::primitive_desc> desc(std::in_place, cpu(),
                dnnl::prop_kind::forward_inference, c.algorithm, *src, *weights, *bias, *dst,
                memory::dims {1, 1}, memory::dims {1, 1}, memory::dims {1, 1}, *attr);
        src.reset();
        weights.reset();
        bias.reset();
        dst.reset();
        attr.reset(); // before the descriptor is used
        run.emplace(c, data, *desc);
        primitive.emplace(*desc);
    }
    run->run(*primitive);
    expect_equal(run->dst(), expected_dst(c, data));
}

TEST(lifetime, packed_descs_and_memories_outlive_their_primitives) {
    const convolution_case c = typical();
    const case_data data(c);
    std::optional<execution> run;
    memory::desc packed;
    {
        const auto desc = make_desc(c);
        packed = desc.weights_desc();
        run.emplace(c, data, desc);
    }
    const auto again = make_desc(c);
    EXPECT_EQ(packed, again.weights_desc());
    run->run(convolution_forward(again));
    expect_equal(run->dst(), expected_dst(c, data));
}

TEST(lifetime, created_and_executed_by_eight_threads) {
    std::vector<std::thread> threads;
    std::atomic<int> right {0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int round = 0; round < 6; ++round) {
                const convolution_case c = typical(16 + 8 * ((t + round) % 3));
                const case_data data(c);
                const auto desc = make_desc(c);
                execution run(c, data, desc);
                run.run(convolution_forward(desc));
                right += run.dst() == expected_dst(c, data);
            }
        });
    for (std::thread &t : threads) t.join();
    EXPECT_EQ(right, 8 * 6);
}

TEST(lifetime, one_primitive_executed_and_its_desc_cloned_by_eight_threads) {
    const convolution_case c = typical(48, 12);
    const case_data data(c);
    const auto desc = make_desc(c);
    const convolution_forward primitive(desc);
    const auto expected = expected_dst(c, data);
    std::vector<std::thread> threads;
    std::atomic<int> right {0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            execution run(c, data, desc);
            for (int round = 0; round < 5; ++round) {
                dnnl_primitive_desc_t clone = nullptr;
                const bool cloned = dnnl_primitive_desc_clone(&clone, desc.get()) == dnnl_success;
                if (cloned) dnnl_primitive_desc_destroy(clone);
                run.run(primitive);
                right += cloned && run.dst() == expected;
            }
        });
    for (std::thread &t : threads) t.join();
    EXPECT_EQ(right, 8 * 5);
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    statm >> total >> resident;
    return resident * std::size_t(sysconf(_SC_PAGESIZE));
}

TEST(lifetime, thousands_of_rounds_take_no_more_memory) {
    const convolution_case c = typical();
    const auto rounds = [&](int count) {
        for (int i = 0; i < count; ++i) {
            const auto desc = make_desc(c);
            const convolution_forward primitive(desc);
            EXPECT_EQ(desc.weights_desc().get_size() > 0, true);
        }
    };
    rounds(2000);
    const std::size_t before = resident_bytes();
    rounds(10000);
    const std::size_t after = resident_bytes();
    // A leak of 100 bytes a round would be a megabyte.
    EXPECT_LT(after, before + (1 << 20)) << "grew by " << after - before;
}

} // namespace
} // namespace winodnn::testing
