// Each stage by itself, on data that fit the caches that they live in during a convolution.
//   multiply: MAC/s, and the share of the measured peak (`of_peak`), operands in L1 (or L2 for 512 channels)
//   input_transform, output_transform: time a tile and 64 channels, bytes moved
#include "jit/input_transform/input_transform.hpp"
#include "jit/multiply/multiply.hpp"
#include "jit/output_transform/output_transform.hpp"
#include "run/blueprint.hpp"
#include "stages/peak.hpp"

#include <benchmark/benchmark.h>

#include <new>
#include <vector>

namespace winodnn::bench {

namespace {

// Aligned as memory of oneDNN's and the scratchpad are: vectors that straddle cache lines would cost twice.
template <typename T>
struct line_allocator {
    using value_type = T;
    T *allocate(std::size_t count) {
        return static_cast<T *>(::operator new (count * sizeof(T), std::align_val_t {64}));
    }
    void deallocate(T *data, std::size_t) { ::operator delete (data, std::align_val_t {64}); }
    bool operator==(const line_allocator &) const = default;
};
template <typename T>
using line_vector = std::vector<T, line_allocator<T>>;

void peak(benchmark::State &state, isa i, bool bytes) {
    const auto loop = make_peak_loop(i, bytes);
    const std::int64_t rounds = 100'000;
    for (auto _ : state) loop({rounds});
    state.counters["MAC/s"] = benchmark::Counter(
            static_cast<double>(rounds) * peak_instructions(i) * traits_of(i).lanes() * (bytes ? 4 : 2),
            benchmark::Counter::kIsIterationInvariantRate);
}

// One component of a block of tiles, as the run calls it: quantized sums have what they start from.
void multiply(benchmark::State &state, isa i, bool bytes, dim ic, dim tiles) {
    const int vectors = register_tile_of(i).vectors, group = register_tile_of(i).tiles;
    const dim width = vectors * traits_of(i).lanes();
    const dim size = bytes ? 1 : 2; // of a value
    const auto kernel = jit::get_multiply({i, group, vectors, ic * size, width * 4, 1, bytes, bytes});
    line_vector<std::uint8_t> v(tiles * ic * size, 3), u(ic * width * size, 5);
    line_vector<std::int32_t> m(tiles * width), initial(width);
    for (auto _ : state)
        for (dim t = 0; t < tiles; t += group)
            (*kernel)({v.data() + t * ic * size, u.data(), m.data() + t * width,
                    ic * size / (ic_groups_per_step * 4), 1, 0, 0, u.data(), initial.data()});
    const double macs = static_cast<double>(tiles * ic * width);
    state.counters["MAC/s"] = benchmark::Counter(macs, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["of_peak"] =
            benchmark::Counter(macs / measured_peak(i), benchmark::Counter::kIsIterationInvariantRate);
}

// What the transforms of a real convolution look like: 56 x 56 pixels, 64 channels, u8 to u8 with relu.
problem sample_problem() {
    problem p;
    p.mb = 1;
    p.ic = p.oc = 64;
    p.ih = p.iw = p.oh = p.ow = 56;
    return p;
}

// As the dispatcher would have it for one thread.
plan sample_plan(isa i, tile_id tile, bool quantized) {
    return {tile, i, 24, 1, {quantized, {}}, quantized};
}

void input_transform(benchmark::State &state, isa i, tile_id tile, bool quantized) {
    const blueprint b(sample_problem(), sample_plan(i, tile, quantized));
    const problem &p = b.problem;
    const winodnn::tile &t = b.tile;
    const dim tiles = b.map.largest_block(); // what there is room for
    jit::input_transform_config config;
    config.isa = i;
    config.tile = tile;
    config.rows = {0, t.inputs().rows};
    config.cols = {0, t.inputs().cols};
    config.col_stride = p.ic;
    config.row_stride = p.iw * p.ic;
    config.numbers = b.plan.numbers;
    config.planes = b.workspace.v_planes;
    const jit::quantization_tables tables(
            quantizer_for(bounds_of(t, source_range(p)), {}, narrow_limit_of(i)));
    const jit::input_quantization quantization = tables.view();
    config.scratch_stride = b.workspace.input_scratch_stride;
    line_vector<std::byte> scratch(t.v_planes() * config.scratch_stride);
    std::int32_t level = 0;
    const auto kernel = jit::get_input_transform(config);
    std::vector<std::uint8_t> src(p.ih * p.iw * p.ic, 7);
    line_vector<std::byte> v(b.workspace.m_offset);
    for (auto _ : state)
        for (dim n = 0; n < tiles; ++n)
            (*kernel)({src.data() + n % 13 * t.outputs.cols * p.ic, v.data(), n * p.ic, p.ic, nullptr,
                    &quantization, scratch.data(), &level});
    state.SetBytesProcessed(state.iterations() * tiles * p.ic * t.v_planes() * 3);
    state.counters["tile"] = benchmark::Counter(static_cast<double>(tiles),
            benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void output_transform(benchmark::State &state, isa i, tile_id tile, bool quantized) {
    const blueprint b(sample_problem(), sample_plan(i, tile, quantized));
    const problem &p = b.problem;
    const winodnn::tile &t = b.tile;
    const dim tiles = b.map.largest_block(); // what there is room for
    const dim channels = b.layout.oc_block();
    jit::output_transform_config config;
    config.isa = i;
    config.tile = tile;
    config.rows = t.outputs.rows;
    config.cols = t.outputs.cols;
    config.plane_stride = b.workspace.m_plane_stride;
    config.col_stride = p.oc;
    config.row_stride = p.ow * p.oc;
    config.quantized = quantized;
    config.scale = config.bias = config.dst_scale = true;
    config.post_ops = {post_op {}};
    config.per_oc_stride = p.oc * dim {sizeof(float)};
    const auto kernel = jit::get_output_transform(config);
    line_vector<std::byte> m(b.workspace.thread_bytes);
    std::vector<std::uint8_t> dst(p.oh * p.ow * p.oc);
    line_vector<float> per_oc((4 + t.components()) * p.oc, 1e-3f);
    const std::array<float, 2> gains {1, 1};
    const dim blocks = p.oc / channels;
    for (auto _ : state)
        for (dim block = 0; block < blocks; ++block)
            for (dim n = 0; n < tiles; ++n)
                (*kernel)({m.data() + n * b.workspace.m_tile_stride,
                        dst.data() + n % 13 * t.outputs.cols * p.oc + block * channels, nullptr,
                        per_oc.data(), channels / traits_of(i).lanes(), 0, nullptr, gains.data()});
    state.SetBytesProcessed(state.iterations() * tiles * p.oc * (4 * t.m_planes() + t.outputs.count()));
    state.counters["tile"] = benchmark::Counter(static_cast<double>(tiles),
            benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void register_all() {
    for (const isa i : all_isas) {
        if (!cpu_has(i)) continue;
        const std::string at = std::string("/") + name_of(i);
        for (const bool bytes : {false, true})
            benchmark::RegisterBenchmark(((bytes ? "peak_s8" : "peak") + at).c_str(), peak, i, bytes);
        for (const dim ic : {64, 128, 256, 512})
            for (const bool bytes : {false, true})
                benchmark::RegisterBenchmark(
                        ((bytes ? "multiply_s8" : "multiply") + at + "/ic:" + std::to_string(ic)).c_str(),
                        multiply, i, bytes, ic, dim {24});
        for (const tile_id tile : all_tiles()) {
            for (const bool quantized : {false, true}) {
                const std::string name = (quantized ? "_s8" : "") + at + "/" + tile_of(tile).name;
                benchmark::RegisterBenchmark(
                        ("input_transform" + name).c_str(), input_transform, i, tile, quantized);
                benchmark::RegisterBenchmark(
                        ("output_transform" + name).c_str(), output_transform, i, tile, quantized);
            }
        }
    }
}

} // namespace

} // namespace winodnn::bench

int main(int argc, char **argv) {
    winodnn::bench::register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
