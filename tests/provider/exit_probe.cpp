// A program that is not done with convolutions when main is. Argument: `static`, whose static object
// executes, destroys and makes convolutions while the process ends, or `threads`, which leaves threads
// running that execute them.
#include "probe.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>

namespace {

// What winodnn leaves to oneDNN at first sight, so that what oneDNN keeps in static objects is there, and
// nothing of winodnn's.
void use_onednn() {
    using namespace dnnl;
    const engine cpu(engine::kind::cpu, 0);
    const auto any = memory::format_tag::any;
    const memory::desc src({1, 64, 12, 11}, memory::data_type::u8, any),
            weights({64, 64, 3, 3}, memory::data_type::s8, any),
            dst({1, 64, 6, 6}, memory::data_type::u8, any);
    const convolution_forward::primitive_desc strided(cpu, prop_kind::forward_inference,
            algorithm::convolution_direct, src, weights, dst, {2, 2}, {1, 1}, {1, 1});
    const convolution_forward convolution(strided);
    const memory user({{64, 64, 3, 3}, memory::data_type::f32, memory::format_tag::oihw}, cpu),
            packed(strided.weights_desc(), cpu);
    const reorder packs(user, packed);
}

// Older than all that winodnn keeps, younger than oneDNN's.
struct late {
    std::unique_ptr<probe_layer> made_in_main;

    ~late() {
        std::printf("executed at the end: checksum %08x\n", unsigned(made_in_main->run()));
        made_in_main.reset();
        probe("winograd");
    }
};

int end_with_a_static_object() {
    use_onednn();
    static late at_the_end;
    at_the_end.made_in_main = std::make_unique<probe_layer>("winograd");
    return 0;
}

std::atomic<int> rounds {0};

void execute_for_ever() {
    for (probe_layer layer("winograd");; ++rounds) layer.run();
}

int end_among_threads() {
    for (int t = 0; t < 2; ++t) std::thread(execute_for_ever).detach();
    while (rounds < 100) std::this_thread::yield();
    std::printf("main is done\n");
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    const char *mode = argc == 2 ? argv[1] : "";
    if (std::strcmp(mode, "static") == 0) return end_with_a_static_object();
    return std::strcmp(mode, "threads") == 0 ? end_among_threads() : 2;
}
