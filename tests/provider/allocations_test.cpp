// Executions with the user's scratchpad allocate nothing.
#include "convolution_case.hpp"

#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

namespace {

std::atomic<int> allocations {0};

} // namespace

// In a program, these replace those that the libraries use too. Not inlined, or the compiler takes what it
// sees for new paired with free.
[[gnu::noinline]] void *operator new(std::size_t bytes) {
    ++allocations;
    if (void *p = std::malloc(bytes)) return p;
    throw std::bad_alloc();
}

// What std::stable_sort takes its buffer with.
void *operator new(std::size_t bytes, const std::nothrow_t &) noexcept {
    ++allocations;
    return std::malloc(bytes);
}

void *operator new(std::size_t bytes, std::align_val_t alignment) {
    ++allocations;
    const auto to = std::size_t(alignment);
    if (void *p = std::aligned_alloc(to, (bytes + to - 1) / to * to)) return p;
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void *p) noexcept {
    std::free(p);
}

void operator delete(void *p, std::size_t) noexcept {
    operator delete(p);
}

void operator delete(void *p, std::align_val_t) noexcept {
    operator delete(p);
}

void operator delete(void *p, std::size_t, std::align_val_t) noexcept {
    operator delete(p);
}

namespace winodnn::testing {
namespace {

int allocations_of_an_execution(bool user_scratchpad, int repetitions) {
    convolution_case c(40, 70, 14, 13);
    c.user_scratchpad = user_scratchpad;
    c.p.src_scale = true;
    c.p.bias = data_type::f32;
    const case_data data(c);
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    const execution e(c, data, desc);
    std::vector<dnnl_exec_arg_t> arguments;
    for (const auto &[arg, m] : e.arguments) arguments.push_back({arg, m.get()});
    const dnnl::stream stream(cpu());
    int count = 0;
    for (int i = 0; i < repetitions; ++i) {
        const int before = allocations;
        EXPECT_EQ(dnnl_primitive_execute(
                          primitive.get(), stream.get(), int(arguments.size()), arguments.data()),
                dnnl_success);
        count = allocations - before;
    }
    return count;
}

TEST(allocations, none_with_a_user_scratchpad) {
    if (runs_on_queues()) GTEST_SKIP() << "mapping memories under SYCL allocates";
    EXPECT_EQ(allocations_of_an_execution(true, 1), 0);
}

TEST(allocations, of_the_librarys_scratchpad_happen_once) {
    if (runs_on_queues()) GTEST_SKIP() << "mapping memories under SYCL allocates";
    EXPECT_GT(allocations_of_an_execution(false, 1), 0); // else this test sees nothing
    EXPECT_EQ(allocations_of_an_execution(false, 2), 0);
}

} // namespace
} // namespace winodnn::testing
