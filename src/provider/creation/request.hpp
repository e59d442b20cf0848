// The arguments of dnnl_convolution_forward_primitive_desc_create, and what they ask for in our own terms.
#pragma once

#include "problem/problem.hpp"
#include "provider/onednn/owned.hpp"

#include <array>
#include <string>

namespace winodnn {

struct convolution_request {
    dnnl_engine_t engine = nullptr;
    dnnl_prop_kind_t prop_kind = dnnl_prop_kind_undef;
    dnnl_alg_kind_t alg_kind = dnnl_alg_kind_undef;
    const_dnnl_memory_desc_t src = nullptr, weights = nullptr, bias = nullptr, dst = nullptr;
    const dnnl_dim_t *strides = nullptr;
    const dnnl_dim_t *dilates = nullptr; // nullptr: none
    const dnnl_dim_t *padding_l = nullptr;
    const dnnl_dim_t *padding_r = nullptr; // nullptr: as padding_l
    const_dnnl_primitive_attr_t attr = nullptr;
};

// A request that outlives what the program made it of. For 2-D convolutions.
class kept_request {
public:
    kept_request(const convolution_request &request, const_dnnl_primitive_attr_t kept_attr); // throws failure
    const convolution_request &get() const { return request_; }

private:
    owned_memory_desc src_, weights_, bias_, dst_;
    std::array<std::array<dim, 2>, 4> sizes_;
    convolution_request request_;
};

bool runs_on_cpu(dnnl_engine_t engine); // false for nullptr

// oneDNN's answer. `result` is set on success.
dnnl_status_t create_real(owned_primitive_desc &result, const convolution_request &request);

// oneDNN's direct convolution with the formats that ours has. It checks the arguments.
dnnl_status_t create_direct_in_nhwc(owned_primitive_desc &result, const convolution_request &request);

// Refuses what is none of ours at first sight. What passes takes another look, as packed weights do in any
// place. For the many that a network has besides those that Winograd is for: it allocates nothing, throws
// nothing and asks oneDNN few questions.
expected<void> check_at_first_sight(const_dnnl_memory_desc_t src, const_dnnl_memory_desc_t weights,
        const_dnnl_memory_desc_t dst, const dnnl_dim_t *strides);

// Nothing here checks what oneDNN checks: what is served has still to be found valid there.
expected<problem> translate(const convolution_request &request);

// benchdnn's problem syntax, for any convolution.
std::string to_string(const convolution_request &request);

} // namespace winodnn
