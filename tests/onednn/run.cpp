#include "onednn/run.hpp"

#include "winodnn/winodnn.h"

#include <cstring>
#include <omp.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;

// Source and destination in the formats of the desc, which need not be those of the data.
class any_layout {
public:
    any_layout(const convolution_case &c, const case_data &data,
            const dnnl::convolution_forward::primitive_desc &desc)
        : desc_(desc), primitive_(desc), execution_(c, data, desc), src_(execution_.arguments[DNNL_ARG_SRC]),
          dst_(execution_.arguments[DNNL_ARG_DST]), before_(execution_.dst()) {
        if (desc.src_desc() != src_.get_desc())
            execution_.arguments[DNNL_ARG_SRC] = reordered(src_, memory(desc.src_desc(), cpu()));
        if (desc.dst_desc() != dst_.get_desc())
            execution_.arguments[DNNL_ARG_DST] = memory(desc.dst_desc(), cpu());
    }

    void move() { execution_.move(); }

    std::vector<std::uint8_t> run() {
        memory &dst = execution_.arguments[DNNL_ARG_DST];
        if (!before_.empty()) std::memcpy(dst_.get_data_handle(), before_.data(), before_.size());
        if (dst != dst_) reordered(dst_, dst);
        execution_.run(primitive_);
        if (dst != dst_) reordered(dst, dst_);
        const auto *bytes = static_cast<const std::uint8_t *>(dst_.get_data_handle());
        return {bytes, bytes + before_.size()};
    }

private:
    static memory reordered(memory from, memory to) {
        dnnl::stream stream(cpu());
        const dnnl::reorder reorder(from, to);
        reorder.execute(stream, from, to);
        stream.wait();
        return to;
    }

    dnnl::convolution_forward::primitive_desc desc_;
    dnnl::convolution_forward primitive_;
    execution execution_;
    memory src_, dst_;
    std::vector<std::uint8_t> before_;
};

// Of the memory for packed weights, over plain ones.
double growth_of(const dnnl::convolution_forward::primitive_desc &desc) {
    double plain = 1;
    for (const dim size : desc.weights_desc().get_dims()) plain *= double(size);
    return plain == 0 ? 1 : double(desc.weights_desc().get_size()) / plain;
}

} // namespace

outcome run(const drawn_case &d, dnnl::algorithm instead_of_winograd) {
    omp_set_num_threads(d.threads);
    dnnl::set_primitive_cache_capacity(d.cache_capacity);
    winodnn_set_max_weights_growth(d.max_weights_growth);
    convolution_case c = d.c;
    if (d.by_name()) c.algorithm = instead_of_winograd;
    outcome o;
    dnnl::convolution_forward::primitive_desc desc;
    try {
        desc = make_desc(c);
    } catch (const dnnl::error &error) {
        o.status = error.status;
        return o;
    }
    o.implementation = desc.impl_info_str();
    o.weights_growth = growth_of(desc);
    // oneDNN v3.2's brgconv reads past a source with groups of 3 channels, for one.
    if (!o.implementation.starts_with("wino:")) c.side = guard::neither;
    any_layout execution(c, case_data(c), desc);
    o.dst = execution.run();
    if (d.moves) execution.move();
    o.repeatable = execution.run() == o.dst;
    return o;
}

} // namespace winodnn::testing
