#include "jit/multiply/multiply.hpp"

#include "support/child.hpp"
#include "support/isa_sweep.hpp"

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <new>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace winodnn {
namespace {

struct mapping {
    std::uintptr_t begin, end;
    std::string permissions;
};

std::vector<mapping> mappings() {
    std::vector<mapping> all;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        mapping m;
        char permissions[5];
        if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &m.begin, &m.end, permissions) != 3)
            continue;
        m.permissions = permissions;
        all.push_back(m);
    }
    return all;
}

// The generator reports where its code went: only here, so that the product has no accessor for a test.
class one_instruction : public jit::generator {
public:
    one_instruction() : generator(isa::avx2) { ret(); }
};

TEST(code_pages, are_executable_and_not_writable) {
    one_instruction code;
    const auto address = reinterpret_cast<std::uintptr_t>(code.finish("test_one_instruction"));
    bool found = false;
    for (const mapping &m : mappings())
        if (address >= m.begin && address < m.end) {
            found = true;
            EXPECT_EQ(m.permissions.substr(0, 3), "r-x");
        }
    EXPECT_TRUE(found);
}

// Before finish the pages are writable, but cannot be executed.
TEST(code_pages, are_never_writable_and_executable) {
    one_instruction unfinished;
    const auto kernel = jit::get_multiply({isa::avx2, 6, 2, 64, 64, 0});
    ASSERT_NE(kernel, nullptr);
    for (const mapping &m : mappings())
        EXPECT_FALSE(m.permissions[1] == 'w' && m.permissions[2] == 'x') << std::hex << m.begin;
}

constexpr int skipped = 77;

TEST(code_pages, a_process_that_may_no_longer_execute_them_gets_no_kernels) {
    ASSERT_TRUE(jit::may_execute_code());
    const int result = testing::in_child([] {
        constexpr int set_mdwe = 65;
        if (prctl(set_mdwe, 1ul, 0ul, 0ul, 0ul) != 0) return skipped;
        try {
            one_instruction().finish("test_one_instruction");
            return 1;
        } catch (const std::bad_alloc &) {
            return jit::may_execute_code() ? 2 : 0;
        }
    });
    if (result == skipped) GTEST_SKIP() << "this kernel has no PR_SET_MDWE";
    EXPECT_EQ(result, 0);
}

// Where code starts, and where it grows.
TEST(code_pages, no_memory_for_code_is_told) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizers need address space without end";
#endif
    class large : public jit::generator {
    public:
        large() : generator(isa::avx2) {
            for (int i = 0; i < 1 << 20; ++i) nop();
            ret();
        }
    };
    EXPECT_EQ(testing::in_child([] {
        const rlimit none {0, 0};
        setrlimit(RLIMIT_AS, &none);
        try {
            one_instruction first;
            return 1;
        } catch (const std::bad_alloc &) {
            return 0;
        }
    }),
            0);
    EXPECT_EQ(testing::in_child([] {
        std::ifstream statm("/proc/self/statm");
        rlim_t pages = 0;
        statm >> pages;
        statm.close();
        const rlim_t bytes = (pages + 128) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
        const rlimit few {bytes, bytes};
        setrlimit(RLIMIT_AS, &few);
        one_instruction fits;
        try {
            large does_not;
            return 1;
        } catch (const std::bad_alloc &) {
            return 0;
        }
    }),
            0);
}

} // namespace
} // namespace winodnn
