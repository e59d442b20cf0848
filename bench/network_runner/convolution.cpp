#include "step.hpp"

#include <cstring>
#include <stdexcept>
#include <unordered_map>

namespace winodnn::bench {
namespace {

using dnnl::memory;
using data_type = memory::data_type;
using tag = memory::format_tag;

dnnl::algorithm algorithm_named(const std::string &name) {
    if (name == "relu") return dnnl::algorithm::eltwise_relu;
    if (name == "swish") return dnnl::algorithm::eltwise_swish;
    throw std::runtime_error("there is no activation '" + name + "' here");
}

// Primitive: convolution_forward or deconvolution_forward, whose constructors differ by the algorithm alone.
template <typename Primitive>
class convolution final : public step {
public:
    convolution(dnnl::algorithm algorithm, const step_source &from, const dnnl::engine &engine,
            dnnl::stream &stream)
        : is_quantized_(from.tensor("src").get_desc().get_data_type() != data_type::f32) {
        const memory &src = from.tensor("src"), &dst = from.tensor("dst");
        const memory::dim ic = src.get_desc().get_dims()[1], oc = dst.get_desc().get_dims()[1];
        const memory::dims kernel = from.pair("kernel"), weights_dims {oc, ic, kernel[0], kernel[1]};
        const data_type weights_type = is_quantized_ ? data_type::s8 : data_type::f32;

        const typename Primitive::primitive_desc pd(engine, dnnl::prop_kind::forward_inference, algorithm,
                src.get_desc(), memory::desc(weights_dims, weights_type, tag::any),
                memory::desc({oc}, data_type::f32, tag::a), dst.get_desc(), from.pair("stride"),
                from.pair("pad_before"), from.pair("pad_after"), attributes(from));
        primitive_ = Primitive(pd);
        implementation_ = pd.impl_info_str();

        memory plain = memory({weights_dims, data_type::f32, tag::oihw}, engine);
        const std::vector<float> values = from.values("weights", oc * ic * kernel[0] * kernel[1]);
        std::memcpy(plain.get_data_handle(), values.data(), values.size() * sizeof(float));
        memory packed(pd.weights_desc(), engine);
        dnnl::reorder(plain, packed).execute(stream, plain, packed);
        stream.wait();

        arguments_ = {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}, {DNNL_ARG_WEIGHTS, packed},
                {DNNL_ARG_BIAS, floats(engine, from.values("bias", oc))}};
        const bool is_prelu_second = from.has("sum_scale") && !from.description.at("sum_last").get<bool>();
        if (from.has("slopes"))
            arguments_[DNNL_ARG_ATTR_MULTIPLE_POST_OP(is_prelu_second ? 1 : 0) | DNNL_ARG_WEIGHTS] =
                    floats(engine, from.values("slopes", oc));
        if (!is_quantized_) return;
        arguments_[DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC] =
                floats(engine, {from.description.at("src_scale").get<float>()});
        arguments_[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] =
                floats(engine, from.values("weights_scales", oc));
        arguments_[DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST] =
                floats(engine, {from.description.at("dst_scale").get<float>()});
    }

    void execute(dnnl::stream &stream) override {
        primitive_.execute(stream, arguments_);
        stream.wait();
    }
    std::string implementation() const override { return implementation_; }

private:
    dnnl::primitive_attr attributes(const step_source &from) const {
        constexpr int per_channel = 1 << 1;
        dnnl::primitive_attr attr;
        if (is_quantized_) {
            attr.set_scales_mask(DNNL_ARG_SRC, 0);
            attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
            attr.set_scales_mask(DNNL_ARG_DST, 0);
        }
        dnnl::post_ops ops;
        const bool sums = from.has("sum_scale"), sums_last = from.description.at("sum_last").get<bool>();
        const auto append_sum = [&] {
            ops.append_sum(from.description.at("sum_scale").get<float>(), 0,
                    type_named(from.description.at("sum_type")));
        };
        if (sums && !sums_last) append_sum();
        if (from.has("slopes")) ops.append_prelu(per_channel);
        if (from.has("eltwise")) {
            const nlohmann::json &eltwise = from.description.at("eltwise");
            ops.append_eltwise(algorithm_named(eltwise.at(0)), eltwise.at(1).get<float>(), 0.f);
        }
        if (sums && sums_last) append_sum();
        attr.set_post_ops(ops);
        return attr;
    }

    bool is_quantized_;
    Primitive primitive_;
    std::unordered_map<int, memory> arguments_;
    std::string implementation_;
};

} // namespace

std::unique_ptr<step> make_convolution(
        const step_source &from, const dnnl::engine &engine, dnnl::stream &stream) {
    return std::make_unique<convolution<dnnl::convolution_forward>>(
            dnnl::algorithm::convolution_direct, from, engine, stream);
}

std::unique_ptr<step> make_deconvolution(
        const step_source &from, const dnnl::engine &engine, dnnl::stream &stream) {
    return std::make_unique<convolution<dnnl::deconvolution_forward>>(
            dnnl::algorithm::deconvolution_direct, from, engine, stream);
}

} // namespace winodnn::bench
