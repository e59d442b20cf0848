#include "reach/specimen.hpp"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// What redirected functions lead to: it keeps the context, and returns 1000 more than the original.
extern "C" {
extern const void *spy_original, *spy_context;
void spy();
}
asm(R"(
    .pushsection .text
    .globl spy
    .type spy, @function
spy:
    endbr64
    movq %r11, spy_context(%rip)
    subq $8, %rsp
    call *spy_original(%rip)
    addq $8, %rsp
    addl $1000, %eax
    ret
    .size spy, . - spy
    .popsection
    .pushsection .bss
    .p2align 3
    .globl spy_original, spy_context
spy_original: .quad 0
spy_context: .quad 0
    .popsection
)");

namespace winodnn::testing {
namespace {

const specimen &library() {
    static const specimen loaded(WINODNN_SPECIMEN);
    return loaded;
}

const void *spy_address() {
    return reinterpret_cast<const void *>(&spy);
}

std::string refusal_of(const std::string &function) {
    const std::vector<std::uint8_t> before(
            library().code_of(function).begin(), library().code_of(function).end());
    const redirected_function wanted = library().to(spy_address(), function);
    const auto made = redirection::prepare(zydis(), library().image(), {&wanted, 1}, nullptr);
    const auto after = library().code_of(function);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin())) << function << " was changed";
    return made ? "none" : made.error().text();
}

bool is_any_page_writable_and_executable() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(" rwx") != std::string::npos) return true;
    return false;
}

TEST(redirection, leads_to_the_target_and_keeps_the_original) {
    for (const std::string function : {"specimen_jumps", "specimen_jumps_through", "specimen_without_endbr64",
                 "specimen_rip_relative", "specimen_rip_relative_with_immediate", "specimen_conditional",
                 "specimen_loops_later", "specimen_plain"}) {
        SCOPED_TRACE(function);
        const int arguments[] = {-3, 0, 1, 17};
        std::vector<int> before;
        for (const int argument : arguments) before.push_back(library().call(function, argument));
        const bool had_endbr64 = library().code_of(function)[1] == 0x0f;

        const redirected_function wanted = library().to(spy_address(), function);
        const int context = 0;
        auto made = redirection::prepare(zydis(), library().image(), {&wanted, 1}, &context);
        ASSERT_TRUE(made) << made.error().text();
        EXPECT_EQ(library().call(function, arguments[3]), before[3]) << "changed before it was installed";
        ASSERT_TRUE(made->install());
        spy_original = made->original(0);
        for (std::size_t i = 0; i < std::size(arguments); ++i) {
            spy_context = nullptr;
            EXPECT_EQ(library().call(function, arguments[i]), before[i] + 1000);
            EXPECT_EQ(spy_context, &context);
        }
        EXPECT_EQ(library().code_of(function)[had_endbr64 ? 4 : 0], 0xe9);
        EXPECT_EQ(library().code_of(function)[1] == 0x0f, had_endbr64);
        EXPECT_FALSE(is_any_page_writable_and_executable());
    }
}

TEST(redirection, is_refused_where_moving_could_change_something) {
    EXPECT_EQ(refusal_of("specimen_short"), "specimen_short: it is too short");
    EXPECT_EQ(refusal_of("specimen_jumps_nearby"), "specimen_jumps_nearby: it is too short");
    EXPECT_EQ(refusal_of("specimen_loops"), "specimen_loops: a branch leads into its first instructions");
    EXPECT_EQ(refusal_of("specimen_returns_from_cold"),
            "specimen_returns_from_cold: a branch leads into its first instructions");
    EXPECT_EQ(refusal_of("specimen_calls"), "specimen_calls: it begins with a call");
    EXPECT_EQ(refusal_of("specimen_counts"),
            "specimen_counts: it begins with an instruction that cannot be moved");
    EXPECT_EQ(refusal_of("specimen_breakpoint"),
            "specimen_breakpoint: it begins with an instruction that cannot be moved");
    EXPECT_EQ(refusal_of("specimen_unknown"), "specimen_unknown: it has an instruction that is unknown");
    EXPECT_EQ(refusal_of("specimen_unknown_later"),
            "specimen_unknown_later: it has an instruction that is unknown");
}

TEST(redirection, is_of_all_functions_or_none) {
    const redirected_function wanted[] = {library().to(spy_address(), "specimen_of_threads"),
            library().to(spy_address(), "specimen_short")};
    EXPECT_FALSE(redirection::prepare(zydis(), library().image(), wanted, nullptr));
    EXPECT_EQ(library().call("specimen_of_threads", 3), 50);
}

TEST(redirection, may_come_while_threads_call) {
    std::atomic<bool> stop {false};
    std::atomic<int> wrong {0}, redirected {0};
    std::vector<std::thread> callers;
    for (int t = 0; t < 4; ++t)
        callers.emplace_back([&] {
            for (int i = 0; !stop; i = (i + 1) % 1000) {
                const int result = library().call("specimen_of_threads", i), expected = i * i + 41;
                if (result == expected + 1000)
                    ++redirected;
                else if (result != expected)
                    ++wrong;
            }
        });
    const redirected_function wanted = library().to(spy_address(), "specimen_of_threads");
    auto made = redirection::prepare(zydis(), library().image(), {&wanted, 1}, nullptr);
    ASSERT_TRUE(made);
    spy_original = made->original(0);
    ASSERT_TRUE(made->install());
    while (redirected < 1000) std::this_thread::yield();
    stop = true;
    for (std::thread &caller : callers) caller.join();
    EXPECT_EQ(wrong, 0);

    // A child has what its parent has.
    const pid_t child = fork();
    if (child == 0) _exit(library().call("specimen_of_threads", 3) == 1050 ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(decoder, says_why_it_cannot_be_loaded) {
    const auto none = decoder::load("/nowhere/libwinodnn-zydis.so");
    ASSERT_FALSE(none);
    EXPECT_NE(std::string(none.error().text()).find("libzydis4.0"), std::string::npos) << none.error().text();
    EXPECT_NE(std::string(none.error().text()).find("No such file"), std::string::npos)
            << none.error().text();
}

} // namespace
} // namespace winodnn::testing
