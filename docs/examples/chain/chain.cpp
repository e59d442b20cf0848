// Four int8 convolutions as a chain, of which the last adds what the second has written. Prints how much
// memory lies between them, as a chain and one after the other; ends with status 0 if the chain takes less.
#include <winodnn/chain.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <unordered_map>
#include <vector>

int main() {
    using dnnl::memory;
    using type = memory::data_type;
    using winodnn::chain;
    // The cap under which every machine's direct convolution is slower, so that the example shows something
    // everywhere.
    dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);

    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    const memory::desc image({1, 64, 360, 640}, type::u8, memory::format_tag::nhwc);
    const memory::desc filters({64, 64, 3, 3}, type::s8, memory::format_tag::any);
    const memory::desc plain_filters({64, 64, 3, 3}, type::s8, memory::format_tag::oihw);

    // Each as a program makes it anyway. The last one's operand is a whole tensor.
    constexpr int members = 4;
    std::vector<dnnl::convolution_forward::primitive_desc> descs;
    for (int k = 0; k < members; ++k) {
        dnnl::post_ops ops;
        if (k == members - 1) ops.append_binary(dnnl::algorithm::binary_add, image);
        ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
        dnnl::primitive_attr attr;
        attr.set_post_ops(ops);
        descs.emplace_back(engine, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                image, filters, image, memory::dims {1, 1}, memory::dims {1, 1}, memory::dims {1, 1}, attr);
    }
    // Post-op 0 of member 3 reads what member 1 writes.
    const chain smallest(descs, {{members - 1, 0, 1}}, chain::goal::least_memory);
    const chain fastest(descs, {{members - 1, 0, 1}});

    memory src(image, engine), dst(image, engine), plain(plain_filters, engine);
    std::memset(src.get_data_handle(), 1, image.get_size());
    std::memset(plain.get_data_handle(), 0, plain_filters.get_size());
    for (int oc = 0; oc < 64; ++oc) // the pixel itself, in its own channel
        static_cast<std::int8_t *>(plain.get_data_handle())[(oc * 64 + oc) * 9 + 4] = 1;

    std::unordered_map<int, memory> args {
            {chain::arg(0, DNNL_ARG_SRC), src}, {chain::arg(members - 1, DNNL_ARG_DST), dst}};
    for (int k = 0; k < members; ++k) {
        memory packed(descs[static_cast<std::size_t>(k)].weights_desc(), engine);
        dnnl::reorder(plain, packed).execute(stream, plain, packed);
        args[chain::arg(k, DNNL_ARG_WEIGHTS)] = packed;
    }
    smallest.execute(stream, args);
    stream.wait();

    const auto *values = static_cast<const std::uint8_t *>(dst.get_data_handle());
    bool right = true; // every member copies 1, and the last one adds 1
    for (std::size_t i = 0; i < image.get_size(); ++i) right = right && values[i] == 2;
    std::printf("%d of %d members by bands: %zu KiB between them, one after the other %zu KiB; the result is "
                "%s\n",
            smallest.banded_members(), members, smallest.activation_bytes() / 1024,
            fastest.activation_bytes() / 1024, right ? "right" : "wrong");
    return right && smallest.activation_bytes() < fastest.activation_bytes() ? 0 : 1;
}
