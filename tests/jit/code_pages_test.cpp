#include "jit/multiply/multiply.hpp"

#include "support/isa_sweep.hpp"

#include <cinttypes>
#include <cstdio>
#include <fstream>

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

} // namespace
} // namespace winodnn
