#include "dispatch/dispatch.hpp"
#include "run/convolution.hpp"
#include "support/isa_sweep.hpp"
#include "weights/packed_weights.hpp"

#include <atomic>
#include <cstdlib>

namespace {

std::atomic<bool> counting {false};
std::atomic<long> allocations {0};

} // namespace

extern "C" {
void *__libc_malloc(std::size_t);
void *__libc_calloc(std::size_t, std::size_t);
void *__libc_realloc(void *, std::size_t);
void *__libc_memalign(std::size_t, std::size_t);

void *malloc(std::size_t bytes) {
    if (counting) ++allocations;
    return __libc_malloc(bytes);
}
void *calloc(std::size_t count, std::size_t bytes) {
    if (counting) ++allocations;
    return __libc_calloc(count, bytes);
}
void *realloc(void *old, std::size_t bytes) {
    if (counting) ++allocations;
    return __libc_realloc(old, bytes);
}
void *aligned_alloc(std::size_t alignment, std::size_t bytes) {
    if (counting) ++allocations;
    return __libc_memalign(alignment, bytes);
}
}

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(allocation);

// One thread: what a team allocates is its own.
TEST_P(allocation, execution_allocates_nothing) {
    problem p;
    p.mb = 2;
    p.ic = 48;
    p.oc = 80;
    p.ih = p.iw = p.oh = p.ow = 15;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    p.weights_scale = problem::weights_scale_kind::per_oc;
    p.bias = data_type::s32;
    p.post_ops = {{.op = post_op::kind::relu}};
    const plan c = plan_with_tile(p, {GetParam(), false, 1}, tile_id::f4x4);
    const convolution conv(p, c);
    const std::vector<std::uint8_t> src(2 * 15 * 15 * 48, 3);
    const std::vector<std::int8_t> weights(80 * 48 * 9, 2);
    const std::vector<float> scale(80, 0.01f);
    const std::vector<std::int32_t> bias(80, 1);
    std::vector<std::uint8_t> dst(2 * 15 * 15 * 80);
    std::vector<std::byte> block(layout_for(p, c).bytes()), scratchpad(conv.scratchpad_bytes());
    pack_weights(layout_for(p, c), weights.data(), block.data(), lone_thread());
    const run_args args {.src = src.data(),
            .weights = check_block(layout_for(p, c), block.data()).value(),
            .dst = dst.data(),
            .bias = {bias.data(), data_type::s32},
            .weights_scale = {scale.data()},
            .scratchpad = scratchpad.data()};
    counting = true;
    const run_result result = conv.execute(args, lone_thread());
    counting = false;
    EXPECT_EQ(result, run_result::computed);
    EXPECT_EQ(allocations, 0);

    counting = true;
    std::free(std::malloc(1));
    counting = false;
    EXPECT_EQ(allocations, 1) << "the counter does not count";
    allocations = 0;
}

} // namespace
} // namespace winodnn
