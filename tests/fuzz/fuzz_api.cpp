// libFuzzer's target: programs that call oneDNN's C API with whatever arguments, and with winodnn's objects
// in every order. Left out is only what oneDNN itself does not survive: handles that were destroyed, and
// executing its own primitives with other arguments than they ask for, and empty convolutions, by whose sizes
// oneDNN v3.2 divides.
#include "fuzz/input.hpp"

#include "oneapi/dnnl/dnnl.h"

#include <cstdlib>
#include <cstring>
#include <vector>

namespace winodnn::fuzz {
namespace {

constexpr std::size_t most_bytes = 4 << 20;

dnnl_engine_t cpu() {
    static const dnnl_engine_t engine = [] {
        dnnl_engine_t created = nullptr;
        if (dnnl_engine_create(&created, dnnl_cpu, 0) != dnnl_success) std::abort();
        // Where a primitive could not be created, v3.2 keeps its key, which points into the primitive
        // descriptor that the program then destroys: remove_if_invalidated() has its condition the wrong way
        // round. Later versions have not.
        dnnl_set_primitive_cache_capacity(0);
        return created;
    }();
    return engine;
}

dnnl_stream_t stream() {
    static const dnnl_stream_t created = [] {
        dnnl_stream_t s = nullptr;
        if (dnnl_stream_create(&s, cpu(), dnnl_stream_default_flags) != dnnl_success) std::abort();
        return s;
    }();
    return created;
}

// Everything that a run makes, destroyed at its end.
struct objects {
    std::vector<dnnl_memory_desc_t> descs;
    std::vector<dnnl_memory_t> memories;
    std::vector<dnnl_primitive_attr_t> attributes;
    std::vector<dnnl_primitive_desc_t> primitive_descs;
    std::vector<dnnl_primitive_t> primitives;

    ~objects() {
        for (auto attr : attributes) dnnl_primitive_attr_destroy(attr);
        for (auto pd : primitive_descs) dnnl_primitive_desc_destroy(pd);
        for (auto primitive : primitives) dnnl_primitive_destroy(primitive);
        for (auto memory : memories) dnnl_memory_destroy(memory);
        for (auto desc : descs) dnnl_memory_desc_destroy(desc);
    }
};

dnnl_dim_t draw_dim(input &in) {
    return in.one_in(4) ? in.any_of<dnnl_dim_t>({1, -1, DNNL_RUNTIME_DIM_VAL, dnnl_dim_t {1} << 40})
                        : 1 + in.pick(70);
}

dnnl_data_type_t draw_type(input &in) {
    return in.any_of({dnnl_u8, dnnl_s8, dnnl_u8, dnnl_s8, dnnl_s32, dnnl_f32, dnnl_bf16, dnnl_f16,
            dnnl_data_type_undef, static_cast<dnnl_data_type_t>(77)});
}

dnnl_memory_desc_t make_desc(
        objects &o, input &in, const std::vector<dnnl_dim_t> &dims, dnnl_data_type_t type) {
    dnnl_memory_desc_t desc = nullptr;
    const int ndims = int(dims.size());
    dnnl_status_t status = dnnl_success;
    if (in.one_in(6)) {
        std::vector<dnnl_dim_t> strides(dims.size());
        for (auto &stride : strides) stride = draw_dim(in);
        status = dnnl_memory_desc_create_with_strides(&desc, ndims, dims.data(), type, strides.data());
    } else {
        const auto tag = in.any_of({dnnl_format_tag_any, dnnl_format_tag_any, dnnl_acdb, dnnl_abcd, dnnl_a});
        status = dnnl_memory_desc_create_with_tag(&desc, ndims, dims.data(), type, tag);
    }
    if (status != dnnl_success) return nullptr;
    o.descs.push_back(desc);
    return desc;
}

dnnl_primitive_attr_t make_attr(objects &o, input &in) {
    dnnl_primitive_attr_t attr = nullptr;
    if (in.one_in(3) || dnnl_primitive_attr_create(&attr) != dnnl_success) return nullptr;
    o.attributes.push_back(attr);
    const auto arg = [&] {
        return in.any_of({DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS, -1});
    };
    for (unsigned n = in.pick(4); n > 0; --n)
        dnnl_primitive_attr_set_scales_mask(attr, arg(), int(in.pick(5)) - 1);
    for (unsigned n = in.pick(3); n > 0; --n)
        dnnl_primitive_attr_set_zero_points_mask(attr, arg(), int(in.pick(5)) - 1);
    if (in.one_in(3)) dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    dnnl_post_ops_t ops = nullptr;
    if (dnnl_post_ops_create(&ops) != dnnl_success) return attr;
    for (unsigned n = in.pick(4); n > 0; --n) switch (in.pick(4)) {
            case 0:
                dnnl_post_ops_append_sum(ops, float(in.byte()) / 64.f, int(in.pick(9)), draw_type(in));
                break;
            case 1:
                dnnl_post_ops_append_eltwise(ops,
                        static_cast<dnnl_alg_kind_t>(int(dnnl_eltwise_tanh) + int(in.pick(48))),
                        float(in.byte()) / 64.f, float(in.byte()) / 64.f);
                break;
            case 2:
                if (const auto desc = make_desc(o, in, {1, draw_dim(in), 1, 1}, draw_type(in)))
                    dnnl_post_ops_append_binary(
                            ops, static_cast<dnnl_alg_kind_t>(int(dnnl_binary_add) + int(in.pick(13))), desc);
                break;
            default: dnnl_post_ops_append_prelu(ops, int(in.pick(18)) - 1);
        }
    dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
    return attr;
}

bool is_ours(const_dnnl_primitive_desc_t pd) {
    const char *name = nullptr;
    return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success
           && name != nullptr && std::strncmp(name, "wino:", 5) == 0;
}

// Sizes that do not belong together are drawn for Winograd only, which oneDNN refuses whatever they are: its
// direct convolutions divide by some of them before they look.
dnnl_primitive_desc_t make_convolution(objects &o, input &in) {
    const auto alg = in.any_of({dnnl_convolution_winograd, dnnl_convolution_winograd, dnnl_convolution_direct,
            dnnl_convolution_auto});
    const bool wild = alg == dnnl_convolution_winograd;
    const auto size = [&](unsigned odds, dnnl_dim_t usual) {
        return wild && in.one_in(odds) ? draw_dim(in) : usual;
    };
    const dnnl_dim_t ic = size(4, 16 + in.pick(40)), oc = size(4, 16 + in.pick(40));
    const dnnl_dim_t ih = 2 + in.pick(12), iw = 2 + in.pick(12), k = size(6, 3);
    const dnnl_dim_t pad = ih < 3 || iw < 3 ? 1 : in.pick(2), stride = size(8, 1);
    const dnnl_dim_t oh = size(8, ih + 2 * pad - 2), ow = iw + 2 * pad - 2;
    std::vector<dnnl_dim_t> kernel {oc, ic, k, k};
    if (wild && in.one_in(5)) kernel = {in.any_of<dnnl_dim_t>({1, 2, 3}), oc, ic, k, k};
    const auto type = [&](dnnl_data_type_t usual) { return in.one_in(6) ? draw_type(in) : usual; };
    const auto src = make_desc(o, in, {size(8, 1), ic, ih, iw}, type(dnnl_u8)),
               weights = make_desc(o, in, kernel, type(dnnl_s8)),
               bias = in.one_in(3) ? make_desc(o, in, {oc}, type(dnnl_f32)) : nullptr,
               dst = make_desc(o, in, {1, oc, oh, ow}, type(dnnl_u8));
    const dnnl_dims_t strides {stride, 1}, dilates {size(8, 0), 0}, padding {size(8, pad), pad};
    dnnl_primitive_desc_t pd = nullptr;
    const auto prop =
            in.one_in(8) ? in.any_of({dnnl_forward_training, dnnl_backward}) : dnnl_forward_inference;
    const dnnl_status_t status = dnnl_convolution_forward_primitive_desc_create(in.one_in(40) ? nullptr : &pd,
            cpu(), prop, alg, src, weights, bias, dst, strides, in.one_in(3) ? nullptr : dilates, padding,
            in.one_in(3) ? nullptr : padding, make_attr(o, in));
    if (status != dnnl_success) return nullptr;
    if (pd != nullptr) o.primitive_descs.push_back(pd);
    return pd;
}

void query(const_dnnl_primitive_desc_t pd, input &in) {
    // The largest answer is a pointer or a 64-bit number.
    void *answer = nullptr;
    const auto what = static_cast<dnnl_query_t>(in.byte() + (in.one_in(2) ? 128 : 0));
    const int index = in.any_of({0, 1, -1, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_SCRATCHPAD, 1 << 30});
    dnnl_primitive_desc_query(pd, what, index, in.one_in(20) ? nullptr : &answer);
    dnnl_primitive_desc_query_md(pd, what, index);
    dnnl_primitive_desc_query_s32(pd, what, index);
    const_dnnl_primitive_attr_t attr = nullptr;
    dnnl_primitive_desc_get_attr(pd, &attr);
}

dnnl_memory_t make_memory(objects &o, const_dnnl_memory_desc_t desc, input &in) {
    if (desc == nullptr || dnnl_memory_desc_get_size(desc) > most_bytes) return nullptr;
    dnnl_memory_t memory = nullptr;
    if (dnnl_memory_create(&memory, desc, cpu(), DNNL_MEMORY_ALLOCATE) != dnnl_success) return nullptr;
    o.memories.push_back(memory);
    void *data = nullptr;
    if (dnnl_memory_get_data_handle(memory, &data) == dnnl_success && data != nullptr)
        std::memset(data, int(in.byte()), dnnl_memory_desc_get_size(desc));
    return memory;
}

// Descs of packed weights given to all that could take them.
void misuse_packed(objects &o, const_dnnl_memory_desc_t packed, input &in) {
    dnnl_memory_desc_t made = nullptr;
    const int axes[] = {1, 0, 2, 3, 4};
    const dnnl_dims_t dims {16, 16, 9}, offsets {0, 0, 0, 0};
    dnnl_status_t status = dnnl_success;
    switch (in.pick(3)) {
        case 0: status = dnnl_memory_desc_permute_axes(&made, packed, axes); break;
        case 1: status = dnnl_memory_desc_reshape(&made, packed, 3, dims); break;
        default: status = dnnl_memory_desc_create_submemory(&made, packed, dims, offsets);
    }
    if (status == dnnl_success) std::abort(); // it would have lost its mark
    dnnl_primitive_desc_t pd = nullptr;
    if (dnnl_eltwise_forward_primitive_desc_create(
                &pd, cpu(), dnnl_forward_inference, dnnl_eltwise_relu, packed, packed, 0.f, 0.f, nullptr)
                    == dnnl_success
            || dnnl_binary_primitive_desc_create(&pd, cpu(), dnnl_binary_add, packed, packed, packed, nullptr)
                       == dnnl_success)
        std::abort();
    static_cast<void>(o);
}

void execute(objects &o, const_dnnl_primitive_desc_t pd, const_dnnl_primitive_t primitive, input &in) {
    const auto md = [&](dnnl_query_t what) { return dnnl_primitive_desc_query_md(pd, what, 0); };
    const const_dnnl_memory_desc_t packed = md(dnnl_query_weights_md);
    const dnnl_memory_t weights = make_memory(o, packed, in);
    if (weights == nullptr) return;
    // Packed as they should be, from a dense tensor of the same dims; or left as the bytes that they are.
    const dnnl_dim_t *dims = nullptr;
    int ndims = 0;
    dnnl_memory_desc_query(packed, dnnl_query_dims, &dims);
    dnnl_memory_desc_query(packed, dnnl_query_ndims_s32, &ndims);
    dnnl_memory_desc_t plain = nullptr;
    if (dnnl_memory_desc_create_with_tag(&plain, ndims, dims, dnnl_s8, ndims == 5 ? dnnl_abcde : dnnl_abcd)
            != dnnl_success)
        return;
    o.descs.push_back(plain);
    const dnnl_memory_t user = make_memory(o, plain, in);
    dnnl_primitive_desc_t reorder_pd = nullptr;
    dnnl_primitive_t reorder = nullptr;
    if (!in.one_in(6) && user != nullptr
            && dnnl_reorder_primitive_desc_create(&reorder_pd, plain, cpu(), packed, cpu(), nullptr)
                       == dnnl_success) {
        o.primitive_descs.push_back(reorder_pd);
        if (dnnl_primitive_create(&reorder, reorder_pd) == dnnl_success) {
            o.primitives.push_back(reorder);
            const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, user}, {DNNL_ARG_TO, weights}};
            dnnl_primitive_execute(reorder, stream(), in.one_in(20) ? 1 : 2, args);
        }
    }
    void *block = nullptr;
    if (in.one_in(3) && dnnl_memory_get_data_handle(weights, &block) == dnnl_success && block != nullptr) {
        const std::size_t size = dnnl_memory_desc_get_size(packed);
        for (unsigned n = 1 + in.pick(4); n > 0; --n)
            static_cast<std::uint8_t *>(block)[(in.byte() * 256 + in.byte()) % (in.one_in(2) ? 192 : size)] ^=
                    std::uint8_t(in.byte());
        if (in.one_in(4))
            std::memset(static_cast<std::uint8_t *>(block) + size / 2, 0, size - size / 2); // truncated
    }

    std::vector<dnnl_exec_arg_t> args;
    const auto add = [&](int arg, dnnl_memory_t memory) {
        if (!in.one_in(15)) args.push_back({arg, in.one_in(30) ? nullptr : memory});
    };
    add(DNNL_ARG_SRC, make_memory(o, md(dnnl_query_src_md), in));
    add(DNNL_ARG_WEIGHTS, in.one_in(12) ? user : weights);
    add(DNNL_ARG_DST, make_memory(o, md(dnnl_query_dst_md), in));
    add(DNNL_ARG_BIAS, make_memory(o, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 1), in));
    add(DNNL_ARG_SCRATCHPAD, make_memory(o, md(dnnl_query_scratchpad_md), in));
    const auto values = [&](dnnl_data_type_t type) {
        const dnnl_dims_t count {dnnl_dim_t(in.one_in(4) ? 1 : 200)};
        dnnl_memory_desc_t desc = nullptr;
        if (dnnl_memory_desc_create_with_tag(&desc, 1, count, in.one_in(9) ? dnnl_u8 : type, dnnl_a)
                != dnnl_success)
            return dnnl_memory_t {nullptr};
        o.descs.push_back(desc);
        return make_memory(o, desc, in);
    };
    for (const int arg : {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}) {
        add(DNNL_ARG_ATTR_SCALES | arg, values(dnnl_f32));
        add(DNNL_ARG_ATTR_ZERO_POINTS | arg, values(dnnl_s32));
    }
    for (int i = 0; i < 3; ++i) {
        add(DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_SRC_1, values(dnnl_f32));
        add(DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_WEIGHTS, values(dnnl_f32));
    }
    dnnl_primitive_execute(primitive, in.one_in(30) ? nullptr : stream(), int(args.size()), args.data());
}

} // namespace

void run(input &in) {
    objects o;
    while (!in.empty()) {
        const dnnl_primitive_desc_t pd = make_convolution(o, in);
        if (pd == nullptr) continue;
        for (unsigned n = in.pick(4); n > 0; --n) query(pd, in);
        dnnl_primitive_desc_t clone = nullptr;
        if (in.one_in(4) && dnnl_primitive_desc_clone(&clone, pd) == dnnl_success)
            o.primitive_descs.push_back(clone);
        const bool ours = is_ours(pd);
        if (ours && in.one_in(4))
            misuse_packed(o, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0), in);
        if (in.one_in(4) && !o.attributes.empty()) { // before what was made with it
            dnnl_primitive_attr_destroy(o.attributes.back());
            o.attributes.pop_back();
        }
        dnnl_primitive_t primitive = nullptr;
        if (dnnl_primitive_create(&primitive, pd) != dnnl_success) continue;
        o.primitives.push_back(primitive);
        const_dnnl_primitive_desc_t of_primitive = nullptr;
        dnnl_primitive_get_primitive_desc(primitive, &of_primitive);
        std::size_t size = 0;
        dnnl_primitive_get_cache_blob(primitive, &size, nullptr);
        if (ours) execute(o, of_primitive, primitive, in);
        if (in.one_in(4))
            for (int n = 0; n < 20 && dnnl_primitive_desc_next_impl(pd) == dnnl_success; ++n) query(pd, in);
    }
}
} // namespace winodnn::fuzz
