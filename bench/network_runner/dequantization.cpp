#include "step.hpp"

#include <unordered_map>

namespace winodnn::bench {
namespace {

class dequantization final : public step {
public:
    dequantization(const step_source &from, const dnnl::engine &engine)
        : arguments_ {{DNNL_ARG_FROM, from.tensor("src")}, {DNNL_ARG_TO, from.tensor("dst")},
                {DNNL_ARG_ATTR_SCALES | DNNL_ARG_FROM,
                        floats(engine, {from.description.at("scale").get<float>()})}} {
        dnnl::primitive_attr attr;
        attr.set_scales_mask(DNNL_ARG_FROM, 0);
        const dnnl::reorder::primitive_desc pd(
                engine, from.tensor("src").get_desc(), engine, from.tensor("dst").get_desc(), attr);
        implementation_ = pd.impl_info_str();
        primitive_ = dnnl::reorder(pd);
    }

    void execute(dnnl::stream &stream) override {
        primitive_.execute(stream, arguments_);
        stream.wait();
    }
    std::string implementation() const override { return implementation_; }

private:
    std::unordered_map<int, dnnl::memory> arguments_;
    dnnl::primitive primitive_;
    std::string implementation_;
};

} // namespace

std::unique_ptr<step> make_dequantization(
        const step_source &from, const dnnl::engine &engine, dnnl::stream &) {
    return std::make_unique<dequantization>(from, engine);
}

} // namespace winodnn::bench
