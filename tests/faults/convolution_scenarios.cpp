// Convolutions of many kinds, from their attributes to their results.
#include "faults/scenario.hpp"
#include "provider/convolution_case.hpp"

#include <algorithm>
#include <stdexcept>

namespace winodnn::testing {
namespace {

using kind = post_op::kind;
using broadcast = post_op::broadcast;

const char *name_of(dnnl_status_t status) {
    switch (status) {
        case dnnl_success: return "success";
        case dnnl_out_of_memory: return "out_of_memory";
        case dnnl_invalid_arguments: return "invalid_arguments";
        case dnnl_unimplemented: return "unimplemented";
        case dnnl_last_impl_reached: return "last_impl_reached";
        case dnnl_runtime_error: return "runtime_error";
        default: return "another status";
    }
}

void require(dnnl_status_t status) {
    if (status != dnnl_success) throw dnnl::error(status, "");
}

class convolution_scenario final : public scenario {
public:
    explicit convolution_scenario(std::function<convolution_case(int)> make) : make_(std::move(make)) {}

    void prepare(int variation) override {
        case_ = make_(variation);
        data_ = std::make_unique<case_data>(case_);
        expected_.clear(); // of functions that oneDNN computes: what comes first is right
        if (case_.is_winograds() && !has(kind::staged)) expected_ = expected_dst(case_, *data_);
    }

    std::string run() override {
        try {
            const auto desc = make_desc(case_);
            if (!case_.is_winograds()) return "right"; // oneDNN's, which is not looked at here
            look_at(desc);
            const dnnl::convolution_forward primitive(desc);
            execution e(case_, *data_, desc);
            e.run(primitive);
            if (!has(kind::sum)) e.run(primitive); // which would add it twice
            if (expected_.empty()) expected_ = e.dst();
            return e.dst() == expected_ ? "right" : "wrong";
        } catch (const dnnl::error &error) {
            return name_of(error.status);
        }
    }

private:
    bool has(kind wanted) const {
        return std::ranges::any_of(case_.p.post_ops, [=](const post_op &op) { return op.op == wanted; });
    }

    // As programs do that choose among implementations.
    static void look_at(const dnnl::convolution_forward::primitive_desc &desc) {
        for (const dnnl::query what :
                {dnnl::query::weights_md, dnnl::query::src_md, dnnl::query::scratchpad_md})
            static_cast<void>(desc.query_md(what));
        static_cast<void>(desc.get_primitive_attr());
        dnnl_primitive_desc_t copied = nullptr;
        require(dnnl_primitive_desc_clone(&copied, desc.get()));
        const std::unique_ptr<dnnl_primitive_desc, decltype(&dnnl_primitive_desc_destroy)> copy(
                copied, dnnl_primitive_desc_destroy);
        for (const dnnl_primitive_desc_t each : {copied, desc.get()}) {
            const char *name = nullptr;
            require(dnnl_primitive_desc_query(each, dnnl_query_impl_info_str, 0, &name));
            if (name == nullptr) throw std::logic_error("an implementation without a name");
        }
        const dnnl_status_t next = dnnl_primitive_desc_next_impl(copied);
        if (next != dnnl_last_impl_reached) require(next);
    }

    const std::function<convolution_case(int)> make_;
    convolution_case case_;
    std::unique_ptr<case_data> data_;
    std::vector<std::uint8_t> expected_;
};

convolution_case sized(int variation, dim ic = 16, dim oc = 24) {
    return {ic, oc, 5 + variation / 60, 6 + variation % 60};
}

convolution_case with(int variation, const std::function<void(convolution_case &)> &change) {
    convolution_case c = sized(variation);
    change(c);
    return c;
}

} // namespace

std::vector<named_scenario> convolution_scenarios() {
    const auto convolution = [](std::string name, std::function<void(convolution_case &)> change) {
        return named_scenario {std::move(name), [change] {
                                   return std::make_unique<convolution_scenario>(
                                           [change](int variation) { return with(variation, change); });
                               }};
    };
    return {
            convolution("u8 to u8", [](convolution_case &) {}),
            convolution("s8 to s32",
                    [](convolution_case &c) {
                        c.p.src = data_type::s8;
                        c.p.dst = data_type::s32;
                    }),
            convolution("scales and bias",
                    [](convolution_case &c) {
                        c.p.dst = data_type::f32;
                        c.p.src_scale = c.p.dst_scale = true;
                        c.p.weights_scale = problem::weights_scale_kind::per_oc;
                        c.p.bias = data_type::f32;
                    }),
            convolution("zero points",
                    [](convolution_case &c) {
                        c.p.src_zero_point = c.p.dst_zero_point = true;
                        c.src_zero_point = 7;
                        c.dst_zero_point = -3;
                    }),
            convolution("zero points per channel",
                    [](convolution_case &c) {
                        c.p.src_zero_point = c.p.src_zero_point_per_ic = true;
                        c.src_zero_point = 7;
                    }),
            convolution("groups",
                    [](convolution_case &c) {
                        c.p.groups = 2;
                        c.p.ic *= 2;
                        c.p.oc *= 2;
                    }),
            convolution("1x3",
                    [](convolution_case &c) {
                        c.kh = c.p.kh = 1;
                        c.pad(0, 1, 0, 1);
                    }),
            convolution("3x1",
                    [](convolution_case &c) {
                        c.kw = c.p.kw = 1;
                        c.pad(1, 0, 1, 0);
                    }),
            convolution("sum, relu and binary",
                    [](convolution_case &c) {
                        c.p.post_ops = {{.op = kind::sum, .scale = 0.5f, .type = c.p.dst}, {.op = kind::relu},
                                {.op = kind::binary_mul,
                                        .type = data_type::f32,
                                        .operand = broadcast::per_oc}};
                    }),
            convolution("binary tensor and prelu",
                    [](convolution_case &c) {
                        const dim pixel = c.p.oc;
                        c.p.post_ops = {
                                {.op = kind::binary_add,
                                        .type = data_type::s8,
                                        .operand = broadcast::none,
                                        .operand_strides = {c.p.oh * c.p.ow * pixel, c.p.ow * pixel, pixel}},
                                {.op = kind::prelu, .type = data_type::f32, .operand = broadcast::per_oc}};
                    }),
            convolution("post-op by oneDNN",
                    [](convolution_case &c) {
                        c.p.dst = data_type::f32;
                        c.p.post_ops = {{.op = kind::staged, .function = int(dnnl_eltwise_tanh)}};
                    }),
            convolution("views",
                    [](convolution_case &c) {
                        c.src_format = c.dst_format = dnnl::memory::format_tag::nhwc;
                        c.p.src_view = nhwc_strides {c.p.ih * c.p.iw * 40, c.p.iw * 40, 40};
                        c.p.dst_view = nhwc_strides {c.p.oh * c.p.ow * 48, c.p.ow * 48, 48};
                    }),
            convolution("user's scratchpad", [](convolution_case &c) { c.user_scratchpad = true; }),
            convolution("f32 weights",
                    [](convolution_case &c) {
                        c.weights_type = dnnl::memory::data_type::f32;
                        c.p.weights_scale = problem::weights_scale_kind::common;
                    }),
            convolution("batch of bf16",
                    [](convolution_case &c) {
                        c.p.mb = 3;
                        c.p.dst = data_type::bf16;
                        c.p.bias = data_type::bf16;
                    }),
            convolution("declined: stride 2",
                    [](convolution_case &c) {
                        c.stride = 2;
                        c.algorithm = dnnl::algorithm::convolution_direct;
                        c.pad(1, 1, 1, 1);
                    }),
    };
}

} // namespace winodnn::testing
