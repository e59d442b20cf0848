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

const char *name_of(const_dnnl_primitive_desc_t desc) {
    const char *name = nullptr;
    EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name), dnnl_success);
    return name;
}

// Takes and fills what was freed last.
void reuse_memory(std::size_t bytes) {
    std::vector<std::vector<char>> blocks;
    for (int i = 0; i < 64; ++i) blocks.emplace_back(bytes, '#');
}

// As oneDNN's, which are literals: programs keep them for profiles.
TEST(lifetime, implementation_names_outlive_everything) {
    for (const auto end : {"next", "clone", "primitive", "desc"}) {
        SCOPED_TRACE(end);
        auto desc = std::make_unique<convolution_forward::primitive_desc>(make_desc(typical()));
        auto primitive = std::make_unique<convolution_forward>(*desc);
        const char *const name = end == std::string("primitive") ? name_of(primitive->get_primitive_desc())
                                                                 : name_of(desc->get());
        const std::string expected = name;
        ASSERT_TRUE(expected.starts_with("wino:"));
        if (end == std::string("next")) {
            ASSERT_TRUE(desc->next_impl());
        }
        if (end == std::string("clone")) {
            dnnl_primitive_desc_t clone = nullptr;
            ASSERT_EQ(dnnl_primitive_desc_clone(&clone, desc->get()), dnnl_success);
            EXPECT_EQ(name_of(clone), name);
            dnnl_primitive_desc_destroy(clone);
        }
        if (end != std::string("next")) desc.reset();
        primitive.reset();
        desc.reset();
        reuse_memory(expected.size() + 1);
        EXPECT_EQ(expected, name);
    }
    const auto packed = make_desc(typical()).weights_desc();
    auto reorder = std::make_unique<dnnl::reorder::primitive_desc>(cpu(),
            memory::desc(packed.get_dims(), memory::data_type::f32, memory::format_tag::oihw), cpu(), packed);
    const char *const name = name_of(reorder->get());
    reorder.reset();
    EXPECT_STREQ(name, "wino:pack");
}

// What a primitive's own desc gives out lives as long as the primitive.
TEST(lifetime, descs_and_attributes_that_a_primitive_gives_out_live_as_long_as_it) {
    convolution_case c = typical();
    c.user_scratchpad = true;
    auto desc = std::make_unique<convolution_forward::primitive_desc>(make_desc(c));
    const convolution_forward primitive(*desc);
    const const_dnnl_primitive_desc_t own = primitive.get_primitive_desc();
    const auto md = [&](dnnl_query_t what, int index) {
        return dnnl_primitive_desc_query_md(own, what, index);
    };
    const const_dnnl_memory_desc_t weights = md(dnnl_query_weights_md, 0), src = md(dnnl_query_src_md, 0),
                                   scratchpad = md(dnnl_query_scratchpad_md, 0);
    const_dnnl_primitive_attr_t attr = nullptr;
    ASSERT_EQ(dnnl_primitive_desc_get_attr(own, &attr), dnnl_success);
    const memory::desc expected_weights = desc->weights_desc(), expected_src = desc->src_desc();
    ASSERT_TRUE(desc->next_impl());
    desc.reset();
    reuse_memory(sizeof(void *) * 100);
    EXPECT_NE(dnnl_memory_desc_equal(weights, expected_weights.get()), 0);
    EXPECT_NE(dnnl_memory_desc_equal(src, expected_src.get()), 0);
    EXPECT_GT(dnnl_memory_desc_get_size(scratchpad), 0u);
    dnnl_scratchpad_mode_t mode = dnnl_scratchpad_mode_library;
    EXPECT_EQ(dnnl_primitive_attr_get_scratchpad_mode(attr, &mode), dnnl_success);
    EXPECT_EQ(mode, dnnl_scratchpad_mode_user);
    EXPECT_EQ(md(dnnl_query_weights_md, 0), weights);
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
