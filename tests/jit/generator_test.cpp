#include "jit/base/generator.hpp"

#include "support/isa_sweep.hpp"

#include <vector>

namespace winodnn {
namespace {

class one_step : public jit::generator {
public:
    explicit one_step(isa i) : generator(i) { multiply_accumulate(full(0), full(1), full(2), full(3)); }
    std::vector<int> bytes() const { return {getCode(), getCode() + getSize()}; }
};

// The encodings, by the manuals: also of instructions that this CPU may not have. AVX-VNNI's are VEX, and it
// has no EVEX; AVX-512 VNNI's are EVEX.
TEST(generator, multiply_accumulate_is_the_isa_s_own) {
    EXPECT_EQ(
            one_step(isa::avx2).bytes(), (std::vector<int> {0xc5, 0xf5, 0xf5, 0xda, 0xc5, 0xfd, 0xfe, 0xc3}));
    EXPECT_EQ(one_step(isa::avx2_vnni).bytes(), (std::vector<int> {0xc4, 0xe2, 0x75, 0x52, 0xc2}));
    EXPECT_EQ(one_step(isa::avx512_core).bytes(),
            (std::vector<int> {0x62, 0xf1, 0x75, 0x48, 0xf5, 0xda, 0x62, 0xf1, 0x7d, 0x48, 0xfe, 0xc3}));
    EXPECT_EQ(
            one_step(isa::avx512_core_vnni).bytes(), (std::vector<int> {0x62, 0xf2, 0x75, 0x48, 0x52, 0xc2}));
}

} // namespace
} // namespace winodnn
