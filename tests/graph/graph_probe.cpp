// Graphs of one convolution each, with everything that oneDNN fuses into it. Prints, for each, a checksum of
// what it computed, twice, and how many of its convolutions winodnn executed. Knows of winodnn only that it
// may be there.
#include "int8_graph.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

using namespace example;

namespace {

std::uint64_t executed_by_winodnn() {
    static const auto read = reinterpret_cast<decltype(&winodnn_get_statistics)>(
            dlsym(RTLD_DEFAULT, "winodnn_get_statistics"));
    winodnn_statistics_t statistics {};
    if (read != nullptr) read(&statistics);
    return statistics.executed;
}

std::uint32_t checksum(const std::vector<std::uint8_t> &bytes) {
    std::uint32_t sum = 2166136261u;
    for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 16777619u;
    return sum;
}

struct variant {
    const char *data_format = "NXC", *weights_format = "OIX";
    bool per_channel = true, bias = true, relu = true, add = false;
    data_type src = data_type::u8, dst = data_type::u8;
    std::int64_t src_zero_point = 0, dst_zero_point = 0;
};

void run(const variant &v, std::FILE *outputs) {
    int8_graph g(v.data_format, v.weights_format);
    const quantized image = g.input(64, 28, v.src, 0.04f, v.src_zero_point),
                    other = g.input(64, 28, v.dst, 0.03f, v.dst_zero_point);
    convolution c;
    c.per_channel = v.per_channel;
    c.bias = v.bias;
    c.relu = v.relu;
    c.type = v.dst;
    c.zero_point = v.dst_zero_point;
    if (v.add) c.residual = &other;
    const quantized result = g.add(image, c);
    g.compile();
    const std::uint64_t before = executed_by_winodnn();
    g.run();
    const std::uint32_t first = checksum(g.data(result));
    std::fwrite(g.data(result).data(), 1, g.data(result).size(), outputs);
    const auto [least, most] = std::ranges::minmax_element(g.data(result));
    const int span = *most - *least;
    g.run();
    std::printf("%s,%s,%s,%s%s%s,%s->%s,zp:%d:%d partitions %zu spread %d checksum %08x %08x winodnn %d\n",
            v.data_format, v.weights_format, v.per_channel ? "per_channel" : "per_tensor",
            v.bias ? "bias+" : "", v.add ? "add+" : "", v.relu ? "relu" : "",
            v.src == data_type::u8 ? "u8" : "s8", v.dst == data_type::u8 ? "u8" : "s8", int(v.src_zero_point),
            int(v.dst_zero_point), g.partitions(), span, unsigned(first), unsigned(checksum(g.data(result))),
            int(executed_by_winodnn() - before));
}

} // namespace

// Arguments: 1 to keep constant weights as they are packed, 0 to pack them in every run (for the whole
// process: oneDNN v3.2 crashes if it changes in between); the file that all results are written to.
int main(int argc, char **argv) {
    std::FILE *outputs = argc == 3 ? std::fopen(argv[2], "wb") : nullptr;
    if (outputs == nullptr) return 2;
    dnnl::graph::set_constant_tensor_cache(std::atoi(argv[1]));
    for (const char *data_format : {"NXC", "NCX"})
        for (const char *weights_format : {"OIX", "XIO"})
            for (const bool per_channel : {true, false})
                for (int fused = 0; fused < 8; ++fused) {
                    variant v {data_format, weights_format, per_channel};
                    v.bias = (fused & 1) != 0;
                    v.relu = (fused & 2) != 0;
                    v.add = (fused & 4) != 0;
                    run(v, outputs);
                }
    for (const data_type src : {data_type::u8, data_type::s8})
        for (const data_type dst : {data_type::u8, data_type::s8})
            for (const std::int64_t zero_point : {0, 5})
                for (const bool add : {false, true}) {
                    variant v;
                    v.src = src;
                    v.dst = dst;
                    v.src_zero_point = v.dst_zero_point = zero_point;
                    v.add = add;
                    run(v, outputs);
                }
    return std::fclose(outputs);
}
