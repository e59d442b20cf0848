#include "contender.hpp"

#include "synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace winodnn::bench {
namespace {

using dnnl::memory;
using data_type = memory::data_type;
using tag = memory::format_tag;

template <typename T>
void fill(std::vector<T> &values, std::mt19937_64 &random, int bits) {
    for (T &value : values) value = static_cast<T>(static_cast<T>(random() >> 56) >> (8 - bits));
}

// The sum of eight even variables is bell-shaped enough, and the same with every standard library.
void fill_like_trained(
        std::vector<std::int8_t> &values, std::size_t per_oc, std::mt19937_64 &random, int bits) {
    const float most = std::max(1, (1 << (bits - 1)) - 1);
    std::vector<float> filter(per_oc);
    for (auto first = values.begin(); first != values.end(); first += static_cast<std::ptrdiff_t>(per_oc)) {
        float largest = 0;
        for (float &value : filter) {
            const std::uint64_t bytes = random();
            int sum = -8 * 255 / 2;
            for (int n = 0; n < 64; n += 8) sum += static_cast<int>(bytes >> n & 255);
            value = static_cast<float>(sum);
            largest = std::max(largest, std::abs(value));
        }
        std::transform(filter.begin(), filter.end(), first, [largest, most](float value) {
            return static_cast<std::int8_t>(std::lround(most * value / largest));
        });
    }
}

dnnl::primitive_attr completed(dnnl::primitive_attr attr, flavour f) {
    if (f == flavour::accumulators) return attr;
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
    attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
    attr.set_scales_mask(DNNL_ARG_DST, 0);
    dnnl::post_ops relu;
    relu.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
    attr.set_post_ops(relu);
    return attr;
}

// A memory on values that outlive it and are only read.
template <typename T>
memory view(
        const dnnl::engine &engine, const memory::dims &dims, data_type type, tag format, const T *values) {
    return memory({dims, type, format}, engine, const_cast<T *>(values));
}

} // namespace

layer_data::layer_data(const layer &l, bool like_trained, bits_each bits_of_values)
    : bits(bits_of_values), src(static_cast<std::size_t>(l.source_size())),
      weights(static_cast<std::size_t>(l.weights_size())), full_range(weights.size()),
      bias(static_cast<std::size_t>(l.oc)), weights_scales(static_cast<std::size_t>(l.oc)) {
    std::mt19937_64 random(static_cast<std::uint64_t>(l.macs()));
    fill(src, random, bits.source);
    fill(full_range, random, bits.weights);
    fill_like_trained(weights, weights.size() / static_cast<std::size_t>(l.oc), random, bits.weights);
    if (like_trained) {
        src = smooth_activations(l, random);
        weights = full_range = laplacian_weights(l, random);
    }

    double of_weights = 0, of_sources = 0;
    for (const std::uint8_t x : src) of_sources += x * x;
    of_sources /= static_cast<double>(src.size());
    for (const std::int8_t w : weights) of_weights += w * w;
    of_weights /= static_cast<double>(weights.size());
    src_scale = 0.02f;
    const auto typical = static_cast<float>(
            0.02 * 0.01 * std::sqrt(of_sources * of_weights * static_cast<double>(l.products())));
    dst_scale = 4 * typical / 255;
    for (float &scale : weights_scales)
        scale = 0.005f + 0.01f * static_cast<float>(random() >> 40) / (1 << 24);
    for (float &b : bias) b = typical * (static_cast<float>(random() >> 40) / (1 << 24) - 0.5f);
}

const std::vector<std::int8_t> &layer_data::of(flavour f) const {
    return f == flavour::accumulators ? full_range : weights;
}

convolution_pd ask(const dnnl::engine &engine, const layer &l, flavour f, dnnl::algorithm algorithm,
        const dnnl::primitive_attr &attr) {
    const bool scaled = f == flavour::layer;
    const memory::desc src({l.mb, l.ic, l.h.in, l.w.in}, data_type::u8, tag::nhwc);
    const memory::desc weights({l.oc, l.ic, l.h.kernel, l.w.kernel}, data_type::s8, tag::any);
    const memory::desc bias = scaled ? memory::desc({l.oc}, data_type::f32, tag::a) : memory::desc();
    const memory::desc dst(
            {l.mb, l.oc, l.h.out, l.w.out}, scaled ? data_type::u8 : data_type::s32, tag::nhwc);
    return {engine, dnnl::prop_kind::forward_inference, algorithm, src, weights, bias, dst,
            {l.h.stride, l.w.stride}, {l.h.dilation, l.w.dilation}, {l.h.pad_before, l.w.pad_before},
            {l.h.pad_after(), l.w.pad_after()}, completed(attr, f)};
}

convolution_pd ask_direct(const dnnl::engine &engine, const layer &l, flavour f) {
    return without_ours(ask(engine, l, f));
}

contender::contender(convolution_pd pd, flavour f, const layer_data &data)
    : pd_(std::move(pd)), stream_(pd_.get_engine()), dst_(pd_.dst_desc(), pd_.get_engine()),
      convolution_(pd_) {
    const dnnl::engine engine = pd_.get_engine();
    const memory plain =
            view(engine, pd_.weights_desc().get_dims(), data_type::s8, tag::oihw, data.of(f).data());
    const memory packed(pd_.weights_desc(), engine);
    dnnl::reorder(plain, packed).execute(stream_, const_cast<memory &>(plain), const_cast<memory &>(packed));
    stream_.wait();

    const auto oc = static_cast<memory::dim>(data.bias.size());
    arguments_[DNNL_ARG_SRC] =
            view(engine, pd_.src_desc().get_dims(), data_type::u8, tag::nhwc, data.src.data());
    arguments_[DNNL_ARG_WEIGHTS] = packed;
    arguments_[DNNL_ARG_DST] = dst_;
    if (f == flavour::accumulators) return;
    arguments_[DNNL_ARG_BIAS] = view(engine, {oc}, data_type::f32, tag::a, data.bias.data());
    arguments_[DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC] =
            view(engine, {1}, data_type::f32, tag::a, &data.src_scale);
    arguments_[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] =
            view(engine, {oc}, data_type::f32, tag::a, data.weights_scales.data());
    arguments_[DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST] =
            view(engine, {1}, data_type::f32, tag::a, &data.dst_scale);
}

void contender::execute() {
    convolution_.execute(stream_, arguments_);
    stream_.wait();
}

} // namespace winodnn::bench
