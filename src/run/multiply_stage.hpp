// The second stage: the products of each component, of a block of tiles with a block of output channels,
// summed over input channels. Reads V, packed weights and what quantized sums start from; writes M.
#pragma once

#include "jit/multiply/multiply.hpp"
#include "run/blueprint.hpp"

namespace winodnn {

// The weights of one block of output channels.
struct weights_in_work {
    const std::byte *u;
    const std::int32_t
            *initial_sums; // of the first component and channel; of those in 8 bits, and of quantized ones
    dim oc_width;          // with the padding to whole vectors
    dim ic_begin, ic_end;  // of a part of the input channels
};

class multiply_stage {
public:
    explicit multiply_stage(const blueprint &b);

    void run(const block_in_work &block, const weights_in_work &weights) const;

private:
    // Where in V and M the products of one component and one repeat are, how far apart V's terms, and which
    // tiles have them.
    struct product_place {
        dim v, m, v_terms;
        class_range classes;
    };

    std::vector<product_place> places() const;
    bool multiplies(bool bytes) const;
    std::vector<slot_range> multiplied_ranges() const;
    void make_kernels();
    void make_kernels(const slot_range &tiles, dim oc_width);
    void multiply_slice(const block_in_work &block, int component, jit::multiply_args args, dim oc, dim width,
            dim ic_begin) const;

    const blueprint &blueprint_;
    const register_tile registers_;
    const std::vector<product_place> places_; // [component][repeat]
    // By whether they multiply bytes, then by tiles, vectors and prefetched lines.
    using kernel_table = std::vector<std::shared_ptr<const jit::multiply>>;
    std::size_t index_of(bool bytes, dim tiles, dim vectors, int lines) const;
    kernel_table kernels_;
};

} // namespace winodnn
