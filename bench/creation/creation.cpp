// What creating a convolution costs through the oneDNN API, primitive descriptor and primitive together:
//   new:    kernels of a shape that was not seen before are generated (each iteration has other channels)
//   cached: a shape that was
// winodnn takes these shapes over; the same with WINODNN_MODE=off is oneDNN alone, which keeps a cache of its
// own.
#include <benchmark/benchmark.h>
#include <oneapi/dnnl/dnnl.hpp>

namespace {

using namespace dnnl;

convolution_forward create(const engine &cpu, memory::dim channels) {
    const memory::dims image {1, channels, 56, 56}, filter {channels, channels, 3, 3};
    const auto u8 = memory::data_type::u8, s8 = memory::data_type::s8;
    primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
    attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1);
    attr.set_scales_mask(DNNL_ARG_DST, 0);
    post_ops relu;
    relu.append_eltwise(algorithm::eltwise_relu, 0.f, 0.f);
    attr.set_post_ops(relu);
    return convolution_forward(convolution_forward::primitive_desc(cpu, prop_kind::forward_inference,
            algorithm::convolution_direct, {image, u8, memory::format_tag::nhwc},
            {filter, s8, memory::format_tag::any},
            {{channels}, memory::data_type::f32, memory::format_tag::x},
            {image, u8, memory::format_tag::nhwc}, {1, 1}, {1, 1}, {1, 1}, attr));
}

void create_new(benchmark::State &state) {
    const engine cpu(engine::kind::cpu, 0);
    memory::dim channels = 48;
    for (auto _ : state) benchmark::DoNotOptimize(create(cpu, channels += 7)); // tails of every kind
}
BENCHMARK(create_new)->Iterations(60)->Unit(benchmark::kMillisecond);

void create_cached(benchmark::State &state) {
    const engine cpu(engine::kind::cpu, 0);
    create(cpu, 64);
    for (auto _ : state) benchmark::DoNotOptimize(create(cpu, 64));
}
BENCHMARK(create_cached)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
