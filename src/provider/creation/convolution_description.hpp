// A forward convolution that is taken over: what its primitive descs and primitives share.
#pragma once

#include "plan/plan.hpp"
#include "provider/attributes/attributes.hpp"
#include "provider/attributes/watched_attr.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/creation/request.hpp"
#include "provider/execution/eltwise_stages.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/memory_desc.hpp"

#include <string>

namespace winodnn {

class convolution_description final : public description {
public:
    // `onednn_desc` is oneDNN's direct convolution for the same request with src and dst in nhwc. Throws
    // failure.
    convolution_description(const convolution_request &request, problem p, plan chosen,
            std::vector<convolution_variant> variants, owned_primitive_desc onednn_desc,
            eltwise_stages stages);

    dnnl_status_t query(dnnl_query_t what, int index, void *result) const override;
    const_dnnl_primitive_attr_t attr() const override { return attr_.get(); }
    std::unique_ptr<const executable> make_executable() const override;
    bool is_cached() const override;
    const_dnnl_primitive_desc_t onednn_desc() const override { return onednn_desc_.get(); }
    owned_primitive_desc make_next() const override;
    const std::string &info() const override { return info_; }

    const problem &described() const { return problem_; }
    const std::vector<convolution_variant> &variants() const { return variants_; }
    const attribute_settings &attributes() const { return attributes_; }
    const eltwise_stages &stages() const { return stages_; }
    dnnl_engine_t engine() const { return request_.get().engine; }
    const convolution_request &request() const { return request_.get(); } // with a copy of its attributes
    const_dnnl_memory_desc_t weights_desc() const { return weights_.get(); }
    std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }
    bool user_scratchpad() const { return user_scratchpad_; }
    // For verbose output: the convolution as it is executed with weights of one of the variants.
    std::string describe_execution(const plan &chosen) const;

private:
    bool by_name() const; // Winograd was asked for
    std::string describe(const plan &chosen, const std::string &numbers) const;

    problem problem_;
    plan plan_;
    std::vector<convolution_variant> variants_;
    const char *name_;
    bool user_scratchpad_ = false;
    std::size_t scratchpad_bytes_;
    owned_primitive_desc onednn_desc_;
    eltwise_stages stages_;
    watched_attr attr_;
    attribute_settings attributes_;
    kept_request request_;
    owned_memory_desc weights_;
    owned_memory_desc scratchpad_; // of user mode; zero otherwise
    std::string info_;
};

} // namespace winodnn
