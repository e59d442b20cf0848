// A layer with made-up values: what it takes to run a convolution before its program does.
#pragma once

#include "provider/attributes/attributes.hpp"
#include "provider/creation/request.hpp"
#include "provider/execution/scratch_pool.hpp"
#include "provider/onednn/owned.hpp"
#include "run/convolution.hpp"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace winodnn {

// Weights as trained ones are, because whether the exactness proof splits their channels depends on them;
// sources of all values; scales and operands of 1, zero points of 0: nothing takes longer for other values.
// Types, views and attributes are the program's, so that all that it will spend time on is there.
class synthetic_layer {
public:
    // `direct`: oneDNN's convolution of this request with src and dst in nhwc. All three outlive this. Throws
    // failure.
    synthetic_layer(const convolution_request &request, const problem &p, const_dnnl_primitive_desc_t direct);

    // What these return runs the layer once, on the host's threads, and refers to this object. They and it
    // throw failure; prepare() also what the constructor of convolution throws.
    std::function<void()> prepare_direct() const;
    std::function<void()> prepare(plan chosen);

private:
    using owned_buffer = std::unique_ptr<scratch_pool::buffer>;
    struct runnable;

    static owned_buffer zeros(std::size_t bytes);
    // These add an argument of direct convolution. The data are of this object.
    std::byte *add(int arg, const_dnnl_memory_desc_t desc, std::size_t least_bytes = 0);
    typed_values add_values(int arg, dnnl_data_type_t type, dim count, bool ones);
    void add_tensors();
    void add_quantization();
    void add_operands();
    std::byte of_source(std::uint8_t random) const;
    packed_block packed_in(const weights_layout &layout);
    const_dnnl_memory_desc_t desc_of(dnnl_query_t what, int index) const;

    const convolution_request &request_;
    const problem &problem_;
    const const_dnnl_primitive_desc_t direct_;
    const attribute_settings attributes_;
    owned_stream stream_;
    std::vector<owned_buffer> buffers_;
    std::vector<std::pair<int, owned_memory>> direct_arguments_;
    run_args args_;
    std::vector<const void *> operands_;                     // of post-ops
    std::vector<std::int8_t> weights_;                       // [group][oc][ic][kh][kw]
    std::map<std::pair<tile_id, int>, owned_buffer> packed_; // by tile and bits of the source
};

} // namespace winodnn
