// What a forwarded call costs: a 1x1 convolution of 8 channels, created and executed through winodnn's
// functions and through oneDNN's own, in turn within one process.
#include "dnnl.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <string_view>
#include <vector>

namespace {

using dnnl::memory;
using type = memory::data_type;
using tag = memory::format_tag;

template <typename Function>
Function *onednns(const char *name) {
    static void *const library = dlopen("libdnnl.so.3", RTLD_LAZY | RTLD_NOLOAD);
    void *function = library == nullptr ? nullptr : dlsym(library, name);
    if (function == nullptr) {
        std::fprintf(stderr, "forward_overhead: no %s in libdnnl.so.3\n", name);
        std::exit(2);
    }
    return reinterpret_cast<Function *>(function);
}

template <typename Call>
double nanoseconds(int calls, const Call &call) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / calls;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
    return values[values.size() / 2];
}

// Each pair is taken within a fraction of a millisecond, first the one and then the other first: what else
// the machine does hits both.
template <typename Ours, typename Theirs>
bool compare(const char *what, int calls, const Ours &ours, const Theirs &theirs) {
    std::vector<double> differences, alone;
    for (int round = 0; round < 1000; ++round) {
        double with = 0, without = 0;
        if (round % 2 == 0) with = nanoseconds(calls, ours);
        without = nanoseconds(calls, theirs);
        if (round % 2 != 0) with = nanoseconds(calls, ours);
        differences.push_back(with - without);
        alone.push_back(without);
    }
    const double base = median(alone), added = median(differences);
    const bool small = added < 50. || added < base / 100.;
    std::printf("%-8s oneDNN %9.1f ns, winodnn adds %7.1f ns (%.2f%%)%s\n", what, base, added,
            100. * added / base, small ? "" : "  TOO MUCH");
    return small;
}

} // namespace

int main(int argc, char **argv) {
    if (argc > 1) {
        const bool asked = argc == 2 && std::string_view(argv[1]) == "--help";
        std::fputs(
                "usage: forward_overhead\n"
                "Prints what winodnn adds to a convolution that it forwards to oneDNN, at creation and at\n"
                "execution. The exit status is 1 if that is 1% and 50 ns.\n",
                asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    const dnnl::stream stream(cpu);
    const memory::desc src({1, 8, 4, 4}, type::u8, tag::nhwc), weights({8, 8, 1, 1}, type::s8, tag::any),
            dst({1, 8, 4, 4}, type::u8, tag::nhwc);
    const dnnl_dims_t strides = {1, 1}, dilates = {0, 0}, padding = {0, 0};
    dnnl::primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
    const dnnl::convolution_forward::primitive_desc desc(cpu, dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_direct, src, weights, dst, {1, 1}, {0, 0}, {0, 0}, attr);
    const dnnl::convolution_forward primitive(desc);
    const memory s(desc.src_desc(), cpu), w(desc.weights_desc(), cpu), d(desc.dst_desc(), cpu),
            scale({{1}, type::f32, tag::a}, cpu);
    *static_cast<float *>(scale.get_data_handle()) = 1.f;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, s.get()}, {DNNL_ARG_WEIGHTS, w.get()},
            {DNNL_ARG_DST, d.get()}, {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scale.get()}};

    const auto execute = onednns<decltype(dnnl_primitive_execute)>("dnnl_primitive_execute");
    const bool executes = compare(
            "execute", 50, [&] { dnnl_primitive_execute(primitive.get(), stream.get(), 4, args); },
            [&] { execute(primitive.get(), stream.get(), 4, args); });

    // Descriptor and primitive, as a program makes them; the primitive comes from oneDNN's cache.
    const auto make_desc = onednns<decltype(dnnl_convolution_forward_primitive_desc_create)>(
            "dnnl_convolution_forward_primitive_desc_create");
    const auto make = onednns<decltype(dnnl_primitive_create)>("dnnl_primitive_create");
    const auto destroy = onednns<decltype(dnnl_primitive_destroy)>("dnnl_primitive_destroy");
    const auto destroy_desc = onednns<decltype(dnnl_primitive_desc_destroy)>("dnnl_primitive_desc_destroy");
    const auto create_with = [&](auto *create_desc, auto *create, auto *release, auto *release_desc) {
        dnnl_primitive_desc_t pd = nullptr;
        dnnl_primitive_t p = nullptr;
        create_desc(&pd, cpu.get(), dnnl_forward_inference, dnnl_convolution_direct, src.get(), weights.get(),
                nullptr, dst.get(), strides, dilates, padding, padding, attr.get());
        create(&p, pd);
        release(p);
        release_desc(pd);
    };
    const bool creates = compare(
            "create", 20,
            [&] {
                create_with(dnnl_convolution_forward_primitive_desc_create, dnnl_primitive_create,
                        dnnl_primitive_destroy, dnnl_primitive_desc_destroy);
            },
            [&] { create_with(make_desc, make, destroy, destroy_desc); });
    return executes && creates ? 0 : 1;
}
