// Whose implementation of a convolution a primitive descriptor is.
#pragma once

#include <dnnl.hpp>

#include <string_view>

namespace winodnn::bench {

using convolution_pd = dnnl::convolution_forward::primitive_desc;

inline bool is_ours(const convolution_pd &pd) {
    return std::string_view(pd.impl_info_str()).starts_with("wino:");
}

// oneDNN's own follows ours in the list of implementations.
inline convolution_pd without_ours(convolution_pd pd) {
    while (is_ours(pd))
        if (!pd.next_impl())
            throw dnnl::error(dnnl_unimplemented, "there is no direct convolution to compare with");
    return pd;
}

} // namespace winodnn::bench
