// Convolutions among a program's own OpenMP threads.
#include "convolution_case.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#include <thread>

namespace winodnn::testing {
namespace {

convolution_case typical() {
    convolution_case c(48, 80, 15, 14);
    c.p.mb = 2;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    return c;
}

// Runs of one primitive, each with memories of its own, compared with what it should compute.
class runs {
public:
    explicit runs(int count) : case_(typical()), data_(case_), desc_(make_desc(case_)), primitive_(desc_) {
        for (int i = 0; i < count; ++i)
            executions_.push_back(std::make_unique<execution>(case_, data_, desc_));
    }
    void run(int i) { executions_[std::size_t(i)]->run(primitive_); }
    void expect_all_equal() const {
        const auto expected = expected_dst(case_, data_);
        for (const auto &e : executions_) expect_equal(e->dst(), expected);
    }

private:
    convolution_case case_;
    case_data data_;
    dnnl::convolution_forward::primitive_desc desc_;
    dnnl::convolution_forward primitive_;
    std::vector<std::unique_ptr<execution>> executions_;
};

TEST(openmp, inside_a_parallel_region) {
    runs r(6);
#pragma omp parallel for num_threads(3)
    for (int i = 0; i < 6; ++i) r.run(i);
    r.expect_all_equal();
}

TEST(openmp, created_inside_a_parallel_region_and_run_outside) {
    std::unique_ptr<runs> r;
#pragma omp parallel num_threads(2)
    {
#pragma omp single
        r = std::make_unique<runs>(1);
    }
    r->run(0);
    r->expect_all_equal();
}

TEST(openmp, nested) {
    const int levels = omp_get_max_active_levels();
    omp_set_max_active_levels(2);
    runs r(4);
#pragma omp parallel for num_threads(2)
    for (int i = 0; i < 4; ++i) r.run(i);
    omp_set_max_active_levels(levels);
    r.expect_all_equal();
}

TEST(openmp, fewer_threads_than_were_asked_for) {
    const int threads = omp_get_max_threads();
    omp_set_num_threads(8);
    runs r(1);
    omp_set_dynamic(1); // the runtime may give as many as there are processors
    r.run(0);
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
    r.expect_all_equal();
}

TEST(openmp, several_threads_each_with_a_team_of_its_own) {
    runs r(4);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&, i] { r.run(i); });
    for (std::thread &t : threads) t.join();
    r.expect_all_equal();
}

} // namespace
} // namespace winodnn::testing
