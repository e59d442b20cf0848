#include "step.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace winodnn::bench {
namespace {

using dnnl::memory;

constexpr memory::dim colours = 3;

class pixel_shuffle final : public step {
public:
    explicit pixel_shuffle(const step_source &from)
        : factor_(from.description.at("factor").get<memory::dim>()), src_(from.tensor("src")),
          image_(from.tensor("image")), dst_(from.tensor("dst")) {
        const memory::dims src = src_.get_desc().get_dims(), image = image_.get_desc().get_dims();
        if (src != memory::dims {1, factor_ * factor_ * colours, image[2], image[3]} || image[1] != colours
                || dst_.get_desc().get_dims()
                           != memory::dims {1, colours, factor_ * image[2], factor_ * image[3]})
            throw std::runtime_error("a pixel shuffle's tensors do not fit together");
        height_ = image[2];
        width_ = image[3];
    }

    void execute(dnnl::stream &) override {
#pragma omp parallel for schedule(static)
        for (memory::dim y = 0; y < height_; ++y)
            for (memory::dim row = 0; row < factor_; ++row) fill_row(y, row);
    }
    std::string implementation() const override {
        return "plain";
    }

private:
    // The channels of a pixel's row are next to each other in the source, and its columns in the destination.
    void fill_row(memory::dim y, memory::dim row) {
        const memory::dim in_row = factor_ * colours, channels = factor_ * in_row;
        const float *src =
                static_cast<const float *>(src_.get_data_handle()) + y * width_ * channels + row * in_row;
        const std::uint8_t *image =
                static_cast<const std::uint8_t *>(image_.get_data_handle()) + y * width_ * colours;
        std::uint8_t *dst =
                static_cast<std::uint8_t *>(dst_.get_data_handle()) + (y * factor_ + row) * width_ * in_row;
        for (memory::dim x = 0; x < width_; ++x, src += channels, image += colours, dst += in_row)
            for (memory::dim column = 0; column < factor_; ++column)
                for (memory::dim colour = 0; colour < colours; ++colour) {
                    const memory::dim i = column * colours + colour;
                    const float value = std::nearbyint(src[i] + static_cast<float>(image[colour]));
                    dst[i] = static_cast<std::uint8_t>(std::clamp(value, 0.f, 255.f));
                }
    }

    memory::dim factor_, height_ = 0, width_ = 0;
    memory src_, image_, dst_;
};

} // namespace

std::unique_ptr<step> make_pixel_shuffle(const step_source &from, const dnnl::engine &, dnnl::stream &) {
    return std::make_unique<pixel_shuffle>(from);
}

} // namespace winodnn::bench
