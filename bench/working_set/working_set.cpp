// One layer in blocks of a given number of tiles: few of them fused in cache, or all tiles in one block,
// which is each stage over the whole image after the other. For a cache simulator (docs/performance.md), and
// for the clock.
#include "dispatch/cost.hpp"
#include "dispatch/dispatch.hpp"
#include "run/convolution.hpp"
#include "timing/program.hpp"
#include "weights/packed_weights.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace winodnn::bench {
namespace {

const char *const usage = "usage: working_set ISA CHANNELS PIXELS TILES_A_BLOCK EXECUTIONS\n"
                          "  ISA is avx2, avx2_vnni, avx512_core or avx512_core_vnni\n"
                          "  CHANNELS is of source and destination, PIXELS is their height and width\n";

problem square(dim channels, dim pixels) {
    problem p;
    p.mb = 1;
    p.ic = p.oc = channels;
    p.ih = p.iw = p.oh = p.ow = pixels;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    p.dst_scale = true;
    return p;
}

isa parse_isa(const char *name) {
    for (const isa i : all_isas)
        if (std::strcmp(name, name_of(i)) == 0 && cpu_has(i)) return i;
    throw std::invalid_argument(std::string("this CPU has no ISA called ") + name);
}

dim parse_count(const char *text, dim most) {
    char *end = nullptr;
    const long value = std::strtol(text, &end, 10);
    if (*text == 0 || *end != 0 || value < 1 || value > most)
        throw std::invalid_argument(
                std::string("'") + text + "' is not a number from 1 to " + std::to_string(most));
    return value;
}

void run(isa i, const problem &p, dim tiles, dim executions) {
    plan chosen = plan_with_tile(p, {.isa = i}, tile_id::f4x4);
    chosen.tiles_per_block = std::min(tiles, tile_count(p, chosen.tile));
    const convolution layer(p, chosen);
    const lone_thread thread;
    const std::vector<std::int8_t> filters(p.oc * p.ic * 9, 3);
    std::vector<std::byte> weights(layout_for(p, chosen).bytes()), scratchpad(layer.scratchpad_bytes());
    pack_weights(layout_for(p, chosen), filters.data(), weights.data(), thread);
    const std::vector<std::uint8_t> src(p.src_extent(), 7);
    std::vector<std::uint8_t> dst(p.dst_extent());
    const float dst_scale = 1e3f;
    run_args args;
    args.src = src.data();
    args.weights = check_header(layout_for(p, chosen), weights.data()).value();
    args.dst = dst.data();
    args.dst_scale = {&dst_scale, data_type::f32};
    args.scratchpad = scratchpad.data();
    double least = std::numeric_limits<double>::infinity();
    for (dim n = 0; n < executions; ++n) {
        const auto begin = std::chrono::steady_clock::now();
        if (layer.execute(args, thread) != run_result::computed) throw std::runtime_error("not computed");
        const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
        least = std::min(least, taken.count());
    }
    std::printf("%lld->%lld@%lld, f4x4, %s, blocks of %lld tiles: workspace %zu KiB, %.3f ms\n",
            static_cast<long long>(p.ic), static_cast<long long>(p.oc), static_cast<long long>(p.ow),
            name_of(i), static_cast<long long>(chosen.tiles_per_block), workspace_bytes_for(p, chosen) / 1024,
            least);
}

} // namespace
} // namespace winodnn::bench

int main(int argc, char **argv) {
    using namespace winodnn::bench;
    return run_program("working_set", usage, argc, argv, [&] {
        if (argc != 6) throw std::invalid_argument("five arguments");
        run(parse_isa(argv[1]), square(parse_count(argv[2], 4096), parse_count(argv[3], 4096)),
                parse_count(argv[4], 1'000'000), parse_count(argv[5], 1'000'000));
        return 0;
    });
}
