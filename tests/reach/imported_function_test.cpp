// Whose function a library's calls come to, where several libraries have one of the name.
#include "reach/imported_function.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace winodnn {
namespace {

using answer_function = int (*)();

// Libraries that call `winodnn_answer`, which both libraries that they need have.
class imported_function_of : public ::testing::TestWithParam<const char *> {};

TEST_P(imported_function_of, is_the_one_that_it_calls) {
    void *caller = dlopen(GetParam(), RTLD_LAZY | RTLD_LOCAL);
    ASSERT_NE(caller, nullptr) << dlerror();
    const auto call = reinterpret_cast<answer_function>(dlsym(caller, "winodnn_call_answer"));
    ASSERT_NE(call, nullptr);
    const void *inside = reinterpret_cast<const void *>(call);

    // Before the first call it may be a stub, which answers all the same.
    const auto before = reinterpret_cast<answer_function>(imported_function(inside, "winodnn_answer"));
    ASSERT_NE(before, nullptr);
    EXPECT_EQ(before(), 1);
    void *first = dlopen(WINODNN_FIRST_ANSWER, RTLD_LAZY | RTLD_NOLOAD);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(imported_function(inside, "winodnn_answer"), dlsym(first, "winodnn_answer"));
    EXPECT_EQ(call(), 1);

    EXPECT_EQ(imported_function(inside, "winodnn_call_answer"), nullptr) << "its own";
    EXPECT_EQ(imported_function(inside, "winodnn_no_such_function"), nullptr);
    const int somewhere = 0;
    EXPECT_EQ(imported_function(&somewhere, "winodnn_answer"), nullptr);
}

INSTANTIATE_TEST_SUITE_P(reach, imported_function_of,
        ::testing::Values(WINODNN_LAZY_CALLER, WINODNN_BOUND_CALLER, WINODNN_STUBLESS_CALLER));

} // namespace
} // namespace winodnn
