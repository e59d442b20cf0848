// libFuzzer's target: calibration files that are nearly right. One that is read can be written and read
// again; convolutions that are made by it compute something, whatever ranges and noises it tells.
#include "fuzz/altered_json.hpp"
#include "fuzz/memory_file.hpp"

#include "calibration/calibration_file.hpp"
#include "winodnn/winodnn.h"

#include "dnnl.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace winodnn::fuzz {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;

constexpr dnnl::memory::dim channels = 16, height = 7, width = 9;

dnnl::engine &cpu() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

// Small ones, with the same weights in each process.
struct layer {
    int kernel_height;
    type src;

    void run() const {
        const memory::dims image {1, channels, height, width};
        const memory::dim pad = kernel_height / 2;
        const dnnl::convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
                dnnl::algorithm::convolution_winograd, {image, src, tag::nhwc},
                {{channels, channels, kernel_height, 3}, type::s8, tag::any}, {image, type::f32, tag::nhwc},
                {1, 1}, {pad, 1}, {pad, 1});
        memory from(desc.src_desc(), cpu()), to(desc.dst_desc(), cpu()), weights(desc.weights_desc(), cpu()),
                plain({{channels, channels, kernel_height, 3}, type::s8, tag::oihw}, cpu());
        for (memory *m : {&from, &plain})
            for (std::size_t n = 0; n < m->get_desc().get_size(); ++n)
                static_cast<std::uint8_t *>(m->get_data_handle())[n] = std::uint8_t(n * n * 7 % 253);
        dnnl::stream stream(cpu());
        dnnl::reorder(plain, weights).execute(stream, plain, weights);
        dnnl::convolution_forward(desc).execute(
                stream, {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, to}});
        stream.wait();
        for (std::size_t n = 0; n < to.get_desc().get_size() / sizeof(float); ++n)
            if (!std::isfinite(static_cast<const float *>(to.get_data_handle())[n])) std::abort();
    }
};

constexpr layer layers[] = {{1, type::u8}, {3, type::u8}, {1, type::s8}};

// Of all layers, by lines.
const std::vector<std::string> &known_lines() {
    static const std::vector<std::string> lines = [] {
        const memory_file file;
        if (winodnn_calibration_start(nullptr) != 0) std::abort();
        for (const layer &l : layers) l.run();
        if (winodnn_calibration_write(file.path().c_str()) != 0) std::abort();
        std::istringstream text(file.content());
        std::vector<std::string> all;
        for (std::string line; std::getline(text, line);) all.push_back(line);
        return all;
    }();
    return lines;
}

// Whole, or of some of the tiles, of which there are more than small files have.
std::string draw_document(input &in) {
    std::string text;
    bool kept = true;
    const unsigned tiles_left_out = in.byte();
    unsigned tile = 0;
    for (const std::string &line : known_lines()) {
        const bool is_tile = line.starts_with("   {\"tile\""), is_layer = line.starts_with("  {");
        if (is_tile) kept = (tiles_left_out >> tile++ % 8 & 1) == 0;
        if (is_layer) kept = true;
        if (kept) text += line + "\n";
        if (!kept && line.find("]}]}") != std::string::npos) {
            // The layer's last tile, or the file's, ends more than itself.
            if (text.ends_with(",\n")) text.resize(text.size() - 2);
            text += line.substr(line.find("]}]}") + 2) + "\n";
        }
    }
    return text;
}

void check(const memory_file &file) {
    const std::string once = text_of(read_calibration(file.path()));
    const memory_file written;
    written.assign(once);
    if (text_of(read_calibration(written.path())) != once) std::abort();
}

} // namespace

void run(input &in) {
    static const memory_file file;
    const double target = in.any_of<double>({-1000, 0, 20, 25, 30, 40, 1000});
    const bool raw = in.one_in(8);
    std::string text = raw ? std::string() : altered(draw_document(in), in);
    while (raw && !in.empty()) text += static_cast<char>(in.byte());
    file.assign(text);
    if (winodnn_calibration_use(file.path().c_str(), target) != 0) {
        if (*winodnn_calibration_error() == '\0') std::abort();
        return;
    }
    check(file);
    try {
        for (const layer &l : layers) l.run();
    } catch (const dnnl::error &) {
        // A file that was read is no reason to fail.
        std::abort();
    }
}
} // namespace winodnn::fuzz
