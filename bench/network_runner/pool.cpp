#include "step.hpp"

#include <unordered_map>

namespace winodnn::bench {
namespace {

class pool final : public step {
public:
    pool(const step_source &from, const dnnl::engine &engine)
        : arguments_ {{DNNL_ARG_SRC, from.tensor("src")}, {DNNL_ARG_DST, from.tensor("dst")}} {
        const dnnl::pooling_forward::primitive_desc pd(engine, dnnl::prop_kind::forward_inference,
                dnnl::algorithm::pooling_max, from.tensor("src").get_desc(), from.tensor("dst").get_desc(),
                from.pair("stride"), from.pair("kernel"), {0, 0}, from.pair("pad_before"),
                from.pair("pad_after"));
        implementation_ = pd.impl_info_str();
        primitive_ = dnnl::pooling_forward(pd);
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

std::unique_ptr<step> make_pool(const step_source &from, const dnnl::engine &engine, dnnl::stream &) {
    return std::make_unique<pool>(from, engine);
}

} // namespace winodnn::bench
