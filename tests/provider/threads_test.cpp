// Fewer threads than were asked for, more than there are cores, others than at creation; and what they share.
#include "convolution_case.hpp"
#include "support/command.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <omp.h>
#include <sched.h>
#include <thread>

namespace winodnn::testing {
namespace {

using dnnl::convolution_forward;

convolution_case typical() {
    convolution_case c(48, 80, 15, 14);
    c.p.mb = 2;
    c.p.dst = data_type::f32;
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.post_ops = {{.op = post_op::kind::staged, .function = int(dnnl_eltwise_tanh)}};
    return c;
}

// OpenMP's number of threads, until the end of the scope.
class so_many_threads {
public:
    explicit so_many_threads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
    ~so_many_threads() { omp_set_num_threads(before_); }
    so_many_threads(const so_many_threads &) = delete;
    so_many_threads &operator=(const so_many_threads &) = delete;

private:
    int before_;
};

constexpr int counts[] = {1, 2, 7, 32};

TEST(threads, others_at_creation_at_packing_and_at_execution) {
    const convolution_case c = typical();
    const case_data data(c);
    const auto expected = expected_dst(c, data);
    for (const int at_creation : counts) {
        std::unique_ptr<convolution_forward::primitive_desc> desc;
        std::unique_ptr<convolution_forward> primitive;
        {
            const so_many_threads threads(at_creation);
            desc = std::make_unique<convolution_forward::primitive_desc>(make_desc(c));
            primitive = std::make_unique<convolution_forward>(*desc);
        }
        for (const int at_packing : counts) {
            std::unique_ptr<execution> run;
            {
                const so_many_threads threads(at_packing);
                run = std::make_unique<execution>(c, data, *desc);
            }
            for (const int at_execution : counts) {
                SCOPED_TRACE(std::to_string(at_creation) + ", " + std::to_string(at_packing) + ", "
                             + std::to_string(at_execution));
                const so_many_threads threads(at_execution);
                run->run(*primitive);
                expect_equal(run->dst(), expected);
            }
        }
    }
}

// The scratchpad is the program's, of the size that was asked for at creation.
TEST(threads, more_at_execution_stay_within_the_users_scratchpad) {
    convolution_case c = typical();
    c.user_scratchpad = true;
    const case_data data(c);
    const auto expected = expected_dst(c, data);
    std::unique_ptr<convolution_forward::primitive_desc> desc;
    {
        const so_many_threads threads(1);
        desc = std::make_unique<convolution_forward::primitive_desc>(make_desc(c));
    }
    execution run(c, data, *desc); // next to unmapped pages
    const so_many_threads threads(32);
    run.run(convolution_forward(*desc));
    expect_equal(run.dst(), expected);
}

TEST(threads, thirty_two_each_with_a_team) {
    const convolution_case c = typical();
    const case_data data(c);
    const auto desc = make_desc(c);
    const convolution_forward primitive(desc);
    const auto expected = expected_dst(c, data);
    std::atomic<int> right {0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t)
        threads.emplace_back([&, t] {
            omp_set_num_threads(1 + t % 3);
            execution run(c, data, desc);
            for (int round = 0; round < 3; ++round) {
                run.run(primitive);
                right += run.dst() == expected;
            }
        });
    for (std::thread &t : threads) t.join();
    EXPECT_EQ(right, 32 * 3);
}

// Primitives of one desc share kernels, and the desc; all of them go at any time.
TEST(threads, some_execute_what_others_destroy_their_own_of) {
    const convolution_case c = typical();
    const case_data data(c);
    const auto expected = expected_dst(c, data);
    std::atomic<int> right {0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            omp_set_num_threads(1);
            for (int round = 0; round < 10; ++round) {
                auto desc = std::make_unique<convolution_forward::primitive_desc>(make_desc(c));
                execution run(c, data, *desc);
                const convolution_forward primitive(*desc);
                { const convolution_forward another(*desc); }
                desc.reset();
                run.run(primitive);
                right += run.dst() == expected;
            }
        });
    for (std::thread &t : threads) t.join();
    EXPECT_EQ(right, 8 * 10);
}

TEST(threads, with_a_primitive_cache_of_no_or_one_entry) {
    const convolution_case c = typical(), other(32, 32, 9, 10);
    const int before = dnnl::get_primitive_cache_capacity();
    for (const int capacity : {0, 1, before}) {
        SCOPED_TRACE(capacity);
        dnnl::set_primitive_cache_capacity(capacity);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                omp_set_num_threads(1);
                for (int round = 0; round < 3; ++round) check(t % 2 == 0 ? c : other);
            });
        for (std::thread &t : threads) t.join();
    }
}

std::string checksum_in(const std::string &text) {
    const auto at = text.find("checksum ");
    return at == std::string::npos ? "none in: " + text : text.substr(at, 17);
}

// What the runtime makes of more threads than it may start, or may run.
TEST(threads, a_process_gets_fewer_than_it_asked_for) {
    const std::string program = WINODNN_LINKED_PROBE " winograd",
                      expected = checksum_in(output_of(WINODNN_PLAIN_PROBE " direct"));
    for (const char *limits : {"OMP_NUM_THREADS=1", "OMP_NUM_THREADS=32",
                 "OMP_NUM_THREADS=32 OMP_THREAD_LIMIT=1", "OMP_NUM_THREADS=32 OMP_THREAD_LIMIT=3",
                 "OMP_NUM_THREADS=8 OMP_DYNAMIC=true", "OMP_NUM_THREADS=5,3 OMP_MAX_ACTIVE_LEVELS=2"}) {
        SCOPED_TRACE(limits);
        const std::string text = output_of(std::string(limits) + " " + program);
        EXPECT_NE(text.find("impl wino:"), std::string::npos) << text;
        EXPECT_EQ(checksum_in(text), expected);
    }
}

// As in a container: one processor of the machine's.
TEST(threads, a_process_may_use_one_processor) {
    cpu_set_t all, one;
    ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
    int first = 0;
    while (!CPU_ISSET(first, &all)) ++first;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    const std::string text = output_of("WINODNN_VERBOSE=1 " WINODNN_LINKED_PROBE " winograd"),
                      crowded = output_of("OMP_NUM_THREADS=32 " WINODNN_LINKED_PROBE " winograd");
    ASSERT_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
    const std::string expected = checksum_in(output_of(WINODNN_PLAIN_PROBE " direct"));
    EXPECT_NE(text.find(",threads:1\n"), std::string::npos) << text;
    EXPECT_EQ(checksum_in(text), expected);
    EXPECT_EQ(checksum_in(crowded), expected);
}

} // namespace
} // namespace winodnn::testing
