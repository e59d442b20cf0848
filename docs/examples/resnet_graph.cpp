// A small int8 residual network, given to oneDNN as a graph and run by it: an ordinary program of oneDNN's.
//
//   resnet_graph                          with oneDNN alone
//   LD_PRELOAD=libwinodnn.so resnet_graph with winodnn under it: the same checksum, in less time
#include "int8_graph.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

using namespace example;

namespace {

// Two convolutions around which the input is added; with stride 2 it goes through a 1x1 convolution.
quantized block(int8_graph &g, const quantized &src, std::int64_t channels, std::int64_t stride) {
    convolution first, second, shortcut;
    first.channels = second.channels = shortcut.channels = channels;
    first.stride = shortcut.stride = stride;
    shortcut.kernel = 1;
    shortcut.relu = false;
    shortcut.type = data_type::s8;
    quantized residual = src;
    if (stride != 1) residual = g.add(src, shortcut);
    second.residual = &residual;
    return g.add(g.add(src, first), second);
}

quantized network(int8_graph &g, const quantized &image) {
    quantized x = g.max_pool(g.add(image, {}), 3, 2);
    for (const auto &[channels, stride] :
            {std::pair {64, 1}, {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}})
        x = block(g, x, channels, stride);
    return g.average_pool(x);
}

double milliseconds_of_a_run(int8_graph &g) {
    const auto start = std::chrono::steady_clock::now();
    g.run();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

int main(int argc, char **argv) {
    const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 100;
    const std::int64_t size = 112;
    int8_graph g;
    const quantized image = g.input(32, size), result = network(g, image);
    g.compile();
    g.run(); // also packs the weights, which oneDNN keeps

    std::vector<double> times;
    for (int i = 0; i < runs; ++i) times.push_back(milliseconds_of_a_run(g));
    std::nth_element(times.begin(), times.begin() + runs / 2, times.end());

    std::uint32_t checksum = 2166136261u;
    for (const std::uint8_t byte : g.data(result)) checksum = (checksum ^ byte) * 16777619u;
    const auto [least, most] = std::minmax_element(g.data(result).begin(), g.data(result).end());
    std::printf("%zu partitions, values %d to %d, checksum %08x, median %.2f ms\n", g.partitions(),
            int(*least), int(*most), unsigned(checksum), times[std::size_t(runs / 2)]);
}
