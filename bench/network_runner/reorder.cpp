#include "step.hpp"

#include <unordered_map>

namespace winodnn::bench {
namespace {

using dnnl::memory;

class reorder final : public step {
public:
    reorder(const step_source &from, const dnnl::engine &engine) {
        const memory &src = from.tensor("src"), &dst = from.tensor("dst");
        const memory::dims corner = from.pair("corner");
        const memory::desc view =
                src.get_desc().submemory_desc(dst.get_desc().get_dims(), {0, 0, corner[0], corner[1]});
        dnnl::primitive_attr attr;
        attr.set_scales_mask(DNNL_ARG_FROM, 0);
        attr.set_scales_mask(DNNL_ARG_TO, 0);
        const dnnl::reorder::primitive_desc pd(engine, view, engine, dst.get_desc(), attr);
        implementation_ = pd.impl_info_str();
        primitive_ = dnnl::reorder(pd);
        const auto scale = [&](const char *key) {
            return floats(engine, {from.description.at(key).get<float>()});
        };
        arguments_ = {{DNNL_ARG_FROM, memory(view, engine, src.get_data_handle())}, {DNNL_ARG_TO, dst},
                {DNNL_ARG_ATTR_SCALES | DNNL_ARG_FROM, scale("src_scale")},
                {DNNL_ARG_ATTR_SCALES | DNNL_ARG_TO, scale("dst_scale")}};
    }

    void execute(dnnl::stream &stream) override {
        primitive_.execute(stream, arguments_);
        stream.wait();
    }
    std::string implementation() const override { return implementation_; }

private:
    std::unordered_map<int, memory> arguments_;
    dnnl::primitive primitive_;
    std::string implementation_;
};

} // namespace

std::unique_ptr<step> make_reorder(const step_source &from, const dnnl::engine &engine, dnnl::stream &) {
    return std::make_unique<reorder>(from, engine);
}

} // namespace winodnn::bench
