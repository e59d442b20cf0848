// What goes into a case, and what should come out of it.
#include "convolution_case.hpp"
#include "reference/reference.hpp"

#include <algorithm>
#include <cstring>

namespace winodnn::testing {

using dnnl::memory;

namespace {

void append(std::vector<std::uint8_t> &bytes, data_type type, float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if (is_integer(type)) bits = std::uint32_t(std::int32_t(value));
    if (type == data_type::bf16) bits >>= 16;
    // A number of f16 of the same sign, size between 0.5 and 4.
    if (type == data_type::f16) bits = (bits >> 16 & 0x8000) | (0x3800 + (bits >> 4 & 0xbff));
    const auto *from = reinterpret_cast<const std::uint8_t *>(&bits);
    bytes.insert(bytes.end(), from, from + size_of(type));
}

// Elements of a memory, with what a view skips behind its last pixel.
std::size_t element_count(const memory::desc &desc) {
    return desc.get_size() / memory::data_type_size(desc.get_data_type());
}

std::vector<std::uint8_t> make_src(const convolution_case &c, std::mt19937 &random) {
    const problem &p = c.p;
    std::vector<std::uint8_t> src(element_count(src_desc(c, memory::format_tag::nhwc)));
    const bool u8 = p.src == data_type::u8;
    const std::size_t ic = std::max(std::size_t(p.ic), std::size_t {1}), pixels = src.size() / ic;
    for (std::size_t i = 0; i < src.size(); ++i) {
        const std::uint8_t value = std::uint8_t(random());
        switch (c.data) {
            case pattern::random: src[i] = value; break;
            case pattern::extremes: src[i] = u8 ? 255 : 0x80; break;
            case pattern::largest_sums: src[i] = u8 ? 255 : 0x80; break;
            case pattern::single_pixel: src[i] = i / ic == pixels / 2 ? value : 0; break;
            case pattern::single_channel: src[i] = i % ic == ic / 2 ? value : 0; break;
        }
    }
    return src;
}

std::vector<std::int8_t> make_weights(const convolution_case &c, std::mt19937 &random) {
    std::vector<std::int8_t> weights(std::size_t(c.p.oc * c.p.group_ic() * c.kd * c.kh * c.kw));
    for (std::size_t i = 0; i < weights.size(); ++i) switch (c.data) {
            case pattern::extremes: weights[i] = i % 2 == 0 ? -128 : 127; break;
            case pattern::largest_sums: weights[i] = c.p.src == data_type::u8 ? 127 : -128; break;
            default: weights[i] = std::int8_t(random()); break;
        }
    for (std::int8_t &w : weights) w = c.seven_bit_weights ? std::int8_t(w / 4 * 2) : w;
    return weights;
}

// What lies between the pixels of the one are the other's.
void interleave(const convolution_case &c, std::vector<std::uint8_t> &src, std::vector<std::uint8_t> &dst) {
    const std::size_t ic = std::size_t(c.p.ic), pixel = ic + std::size_t(c.p.oc);
    for (std::size_t at = ic; at < std::min(src.size(), ic + dst.size()); ++at)
        if (at % pixel < ic)
            dst[at - ic] = src[at];
        else
            src[at] = dst[at - ic];
}

} // namespace

case_data::case_data(const convolution_case &c) {
    const problem &p = c.p;
    std::mt19937 random(unsigned(p.ic * 31 + p.oc * 17 + p.ih * 5 + p.iw));
    src = make_src(c, random);
    weights = make_weights(c, random);
    // Whole numbers and fractions; small enough that not everything saturates.
    std::uniform_real_distribution<float> some(-500.f, 500.f);
    for (dim oc = 0; p.bias && oc < p.oc; ++oc)
        append(bias, *p.bias, some(random) / (size_of(*p.bias) == 1 ? 5.f : 1.f));
    const dim scales = p.weights_scale == problem::weights_scale_kind::none     ? 0
                       : p.weights_scale == problem::weights_scale_kind::common ? 1
                                                                                : p.oc;
    // About the size that brings sums of ic random products into the range of u8. Powers of two times odd
    // factors, so that f32 weights divided by them are s8 values again.
    for (dim oc = 0; oc < scales; ++oc) weights_scale.push_back(float(3 + random() % 5) / 8192.f);
    for (const post_op &op : p.post_ops) {
        std::vector<std::uint8_t> &values = operands.emplace_back();
        const dim count = op.operand == post_op::broadcast::common ? 1
                          : op.operand == post_op::broadcast::per_oc
                                  ? p.oc
                                  : dim(element_count(operand_desc(c, op)));
        for (dim n = 0; op.has_operand() && n < count; ++n)
            append(values, op.type, float(random() % 200) / 2.f + 1.f);
    }
    for (dim oc = 0; oc < (p.dst_scale_per_oc ? p.oc : 1); ++oc) dst_scale.push_back(3.f + float(oc % 4));
    dst_before.resize(dst_desc(c, memory::format_tag::nhwc).get_size());
    for (std::size_t i = 0; i < dst_before.size(); ++i) dst_before[i] = std::uint8_t(random());
    if (c.one_tensor) interleave(c, src, dst_before);
    if (is_integer(p.dst)) return;
    const std::size_t values = dst_before.size() / size_of(p.dst); // random bytes would be infinities too
    dst_before.clear();
    for (std::size_t i = 0; i < values; ++i) append(dst_before, p.dst, some(random));
}

std::vector<std::int32_t> src_zero_points(const convolution_case &c) {
    std::vector<std::int32_t> values(std::size_t(c.p.src_zero_point_per_ic ? c.p.ic : 1), c.src_zero_point);
    const std::int32_t lowest = c.p.src == data_type::s8 ? -128 : 0;
    const bool inside = c.src_zero_point >= lowest && c.src_zero_point <= lowest + 255;
    for (std::size_t i = 1; i < values.size(); ++i)
        values[i] = inside ? std::int32_t(i * 37 % 256) + lowest : c.src_zero_point + std::int32_t(i % 9);
    return values;
}

std::vector<std::int32_t> dst_zero_points(const convolution_case &c) {
    std::vector<std::int32_t> values(std::size_t(c.p.dst_zero_point_per_oc ? c.p.oc : 1), c.dst_zero_point);
    for (std::size_t i = 1; i < values.size(); ++i) values[i] += std::int32_t(i % 9);
    return values;
}

namespace {

// What oneDNN computes of one value.
class onednn_eltwise final : public stage_function {
public:
    explicit onednn_eltwise(const problem &p) : stream_(cpu()) {
        const memory::desc one({1}, memory::data_type::f32, memory::format_tag::a);
        for (const post_op &op : p.post_ops) {
            primitives_.emplace_back();
            if (op.op == post_op::kind::staged)
                primitives_.back() = dnnl::eltwise_forward({cpu(), dnnl::prop_kind::forward_inference,
                        dnnl::algorithm(op.function), one, one, op.alpha, op.beta});
        }
        value_ = memory(one, cpu());
    }
    bool apply(std::size_t index, float *values, dim count) const override {
        for (dim i = 0; i < count; ++i) {
            *static_cast<float *>(value_.get_data_handle()) = values[i];
            primitives_[index].execute(stream_, {{DNNL_ARG_SRC, value_}, {DNNL_ARG_DST, value_}});
            stream_.wait();
            values[i] = *static_cast<float *>(value_.get_data_handle());
        }
        return true;
    }

private:
    mutable dnnl::stream stream_;
    memory value_;
    std::vector<dnnl::primitive> primitives_;
};

} // namespace

std::vector<std::uint8_t> expected_dst(const convolution_case &c, const case_data &data) {
    std::vector<std::uint8_t> dst = data.dst_before;
    const std::vector<std::int32_t> of_src = src_zero_points(c), of_dst = dst_zero_points(c);
    std::vector<const void *> operands;
    for (const auto &values : data.operands) operands.push_back(values.data());
    run_args args;
    if (c.p.bias) args.bias = {data.bias.data(), *c.p.bias};
    args.src_scale = {&data.src_scale};
    args.weights_scale = {data.weights_scale.data()};
    args.dst_scale = {data.dst_scale.data()};
    args.src_zero_points = {of_src.data(), data_type::s32};
    args.dst_zero_points = {of_dst.data(), data_type::s32};
    args.operands = operands.data();
    const onednn_eltwise stages(c.p);
    args.stages = &stages;
    args.dst = dst.data();
    reference_store(c.p, args,
            reference_accumulators(c.p, data.src.data(), data.weights.data(), args.src_zero_points));
    return dst;
}

} // namespace winodnn::testing
