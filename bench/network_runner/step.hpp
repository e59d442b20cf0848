// One step of a network, ready to execute on the network's tensors.
#pragma once

#include <dnnl.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace winodnn::bench {

using tensors = std::map<std::string, dnnl::memory>;

class step {
public:
    virtual ~step() = default;

    virtual void execute(dnnl::stream &stream) = 0; // and wait for it
    virtual std::string implementation() const = 0;
};

// What steps are made from. "name", "op" and "dst", the name of a tensor, are in every description.
struct step_source {
    const nlohmann::json &description;
    const std::vector<float> &parameters;
    const tensors &all;

    const dnnl::memory &tensor(const char *key) const { return all.at(description.at(key)); }
    dnnl::memory::dims pair(const char *key) const { return description.at(key); }
    bool has(const char *key) const { return !description.at(key).is_null(); }
    // `count` parameters from the offset that the description has under `key`.
    std::vector<float> values(const char *key, dnnl::memory::dim count) const;
};

using make_step_function = std::unique_ptr<step> (*)(
        const step_source &, const dnnl::engine &, dnnl::stream &);

// {"src", "dst", "weights": offset of oihw values, "bias", "weights_scales", "src_scale", "dst_scale",
//  "kernel", "stride", "pad_before", "pad_after": [h, w], "slopes", "eltwise", "sum_scale", "sum_type",
//  "sum_last"}
// Scales are left out where the source is f32. Others can be null: the offset of prelu's slopes; eltwise,
// ["relu" or "swish", alpha]. What the destination has before is added, times sum_scale, read as sum_type,
// before these or, if sum_last, behind them.
std::unique_ptr<step> make_convolution(const step_source &, const dnnl::engine &, dnnl::stream &);
// Likewise: its padding is what is cut off.
std::unique_ptr<step> make_deconvolution(const step_source &, const dnnl::engine &, dnnl::stream &);
// {"src", "dst", "kernel", "stride", "pad_before", "pad_after"}: of maxima.
std::unique_ptr<step> make_pool(const step_source &, const dnnl::engine &, dnnl::stream &);
// {"src", "dst", "corner": [h, w], "src_scale", "dst_scale"}: the part of the source from the corner on that
// is as large as the destination.
std::unique_ptr<step> make_reorder(const step_source &, const dnnl::engine &, dnnl::stream &);
// {"src", "image", "dst", "factor"}: the f32 source's channels are (row, column, colour) within a pixel of
// the u8 image; they are added to the pixel's value.
std::unique_ptr<step> make_pixel_shuffle(const step_source &, const dnnl::engine &, dnnl::stream &);

dnnl::memory::data_type type_named(const std::string &name); // u8, s8, f32
// A tensor of one dimension.
dnnl::memory floats(const dnnl::engine &engine, const std::vector<float> &values);

} // namespace winodnn::bench
