// An int8 network in plain oneDNN, on images from a file. It knows nothing of winodnn: lab.py runs it with
// and without libwinodnn.so preloaded, in its modes.
#include "timing/program.hpp"
#include "timing/turn_json.hpp"

#include <dnnl.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using dnnl::memory;
using nlohmann::json;
using tag = memory::format_tag;
using type = memory::data_type;

template <typename T>
std::vector<T> read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file || bytes.empty()) throw std::runtime_error(path + ": cannot be read");
    std::vector<T> values(bytes.size() / sizeof(T));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char *>(values.data()));
    return values;
}

void write_file(const std::string &path, const std::vector<std::uint8_t> &bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw std::runtime_error(path + ": cannot be written");
}

class network {
public:
    network(const std::string &folder, memory::dim batch)
        : description_(json::parse(std::ifstream(folder + "/network.json"))),
          parameters_(read_file<float>(folder + "/parameters.f32")), batch_(batch) {
        const memory::dim side = description_["image_side"];
        tensors_["image"] = make({batch_, 1, side, side}, type::u8, tag::nhwc);
        for (const json &operation : description_["operations"])
            operation["op"] == "pool" ? add_pool(operation) : add_convolution(operation);
    }

    // The last tensor's bytes.
    std::vector<std::uint8_t> run(const std::uint8_t *images, std::size_t bytes) {
        std::copy_n(images, bytes, bytes_of("image"));
        for (step &s : steps_) {
            if (!s.residual.empty()) std::copy_n(bytes_of(s.residual), size_of(s.out), bytes_of(s.out));
            execute(s);
        }
        return tensor(description_["last"]);
    }

    std::vector<std::uint8_t> tensor(const std::string &name) {
        return {bytes_of(name), bytes_of(name) + size_of(name)};
    }

    json implementations() const {
        json names;
        for (const step &s : steps_)
            if (s.is_convolution) names[s.out] = s.implementation;
        return names;
    }

    // Of each convolution, on what it was given last.
    std::vector<winodnn::bench::turn> take_turn() {
        std::vector<winodnn::bench::turn> turns;
        for (step &s : steps_)
            if (s.is_convolution) turns.push_back(winodnn::bench::take_turn([&] { execute(s); }));
        return turns;
    }

    std::vector<std::string> convolutions() const {
        std::vector<std::string> names;
        for (const step &s : steps_)
            if (s.is_convolution) names.push_back(s.out);
        return names;
    }

private:
    struct step {
        dnnl::primitive primitive;
        std::unordered_map<int, memory> arguments;
        std::string out, residual, implementation;
        bool is_convolution = false;
    };

    void execute(step &s) {
        s.primitive.execute(stream_, s.arguments);
        stream_.wait();
    }

    memory make(const memory::dims &dims, type t, tag format) { return memory({dims, t, format}, engine_); }

    memory floats(const std::vector<float> &values) {
        memory m = make({static_cast<memory::dim>(values.size())}, type::f32, tag::a);
        std::copy(values.begin(), values.end(), static_cast<float *>(m.get_data_handle()));
        return m;
    }

    std::vector<float> parameters(const json &offset, memory::dim count) const {
        const auto first = parameters_.begin() + offset.get<std::ptrdiff_t>();
        return {first, first + count};
    }

    std::uint8_t *bytes_of(const std::string &name) {
        return static_cast<std::uint8_t *>(tensors_.at(name).get_data_handle());
    }
    std::size_t size_of(const std::string &name) { return tensors_.at(name).get_desc().get_size(); }

    void add_pool(const json &o) {
        const memory::dim ic = o["ic"], side = o["side"];
        const memory &src = tensors_.at(o["in"]);
        const memory dst = make({batch_, ic, side / 2, side / 2}, type::u8, tag::nhwc);
        const dnnl::pooling_forward::primitive_desc pd(engine_, dnnl::prop_kind::forward_inference,
                dnnl::algorithm::pooling_max, src.get_desc(), dst.get_desc(), {2, 2}, {2, 2}, {0, 0}, {0, 0},
                {0, 0});
        tensors_[o["out"]] = dst;
        steps_.push_back({dnnl::pooling_forward(pd), {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}}, o["out"], "",
                pd.impl_info_str(), false});
    }

    void add_convolution(const json &o) {
        const memory::dim ic = o["ic"], oc = o["oc"], side = o["side"];
        const std::string residual = o["residual"];
        const memory &src = tensors_.at(o["in"]);
        const memory dst = make({batch_, oc, side, side}, type::u8, tag::nhwc);

        dnnl::primitive_attr attr;
        attr.set_scales_mask(DNNL_ARG_SRC, 0);
        attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
        attr.set_scales_mask(DNNL_ARG_DST, 0);
        dnnl::post_ops ops;
        if (!residual.empty()) ops.append_sum(o["residual_scale"].get<float>());
        ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
        attr.set_post_ops(ops);
        const dnnl::convolution_forward::primitive_desc pd(engine_, dnnl::prop_kind::forward_inference,
                dnnl::algorithm::convolution_direct, src.get_desc(), {{oc, ic, 3, 3}, type::s8, tag::any},
                {{oc}, type::f32, tag::a}, dst.get_desc(), {1, 1}, {0, 0}, {1, 1}, {1, 1}, attr);

        const std::vector<float> scales = parameters(o["weights_scales"], oc);
        tensors_[o["out"]] = dst;
        steps_.push_back({dnnl::convolution_forward(pd),
                {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}, {DNNL_ARG_WEIGHTS, packed(pd, o, scales)},
                        {DNNL_ARG_BIAS, floats(parameters(o["bias"], oc))},
                        {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, floats({o["in_scale"].get<float>()})},
                        {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, floats(scales)},
                        {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, floats({o["out_scale"].get<float>()})}},
                o["out"], residual, pd.impl_info_str(), true});
    }

    // From f32, as a program quantizes its weights.
    memory packed(const dnnl::convolution_forward::primitive_desc &pd, const json &o,
            const std::vector<float> &scales) {
        const memory::dim ic = o["ic"], oc = o["oc"];
        memory plain = make({oc, ic, 3, 3}, type::f32, tag::oihw), result(pd.weights_desc(), engine_);
        const std::vector<float> values = parameters(o["weights"], oc * ic * 9);
        std::copy(values.begin(), values.end(), static_cast<float *>(plain.get_data_handle()));
        dnnl::primitive_attr attr;
        attr.set_scales_mask(DNNL_ARG_DST, 1 << 0);
        const dnnl::reorder::primitive_desc to_packed(
                engine_, plain.get_desc(), engine_, result.get_desc(), attr);
        dnnl::reorder(to_packed).execute(
                stream_, {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, result},
                                 {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, floats(scales)}});
        stream_.wait();
        return result;
    }

    const json description_;
    const std::vector<float> parameters_;
    const memory::dim batch_;
    dnnl::engine engine_ {dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_ {engine_};
    std::map<std::string, memory> tensors_;
    std::vector<step> steps_;
};

const char *const usage =
        "usage: accuracy_runner FOLDER IMAGES BATCH OUTPUT [TENSORS]\n"
        "  FOLDER has network.json and parameters.f32, which train.py writes\n"
        "  IMAGES has one byte a pixel\n"
        "  OUTPUT becomes the last tensor of each image, u8 nhwc\n"
        "  TENSORS is a folder that gets the tensors of all convolutions for the first batch\n"
        "Prints in JSON what computes the convolutions. Then reads commands from stdin, and answers each\n"
        "with a line of JSON:\n"
        "  [\"turn\"]  times each convolution on its last input: for the referee\n";

void run(int argc, char **argv) {
    const std::vector<std::uint8_t> images = read_file<std::uint8_t>(argv[2]);
    const memory::dim batch = std::stol(argv[3]);
    network n(argv[1], batch);
    const json description = json::parse(std::ifstream(std::string(argv[1]) + "/network.json"));
    const std::size_t image =
            description["image_side"].get<std::size_t>() * description["image_side"].get<std::size_t>();
    const std::size_t count = images.size() / image, at_once = static_cast<std::size_t>(batch);
    std::vector<std::uint8_t> outputs;
    for (std::size_t first = 0; first < count; first += at_once) {
        // The last batch overlaps the one before.
        const std::size_t begin = std::min(first, count - at_once);
        const std::vector<std::uint8_t> last = n.run(images.data() + begin * image, at_once * image);
        const std::size_t each = last.size() / at_once;
        outputs.insert(outputs.end(), last.begin() + static_cast<std::ptrdiff_t>((first - begin) * each),
                last.end());
        if (first != 0 || argc < 6) continue;
        for (const std::string &name : n.convolutions())
            write_file(std::string(argv[5]) + "/" + name + ".u8", n.tensor(name));
    }
    write_file(argv[4], outputs);
    std::cout << n.implementations() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (json::parse(line) != json {"turn"}) throw std::runtime_error("there is no command " + line);
        std::cout << json(n.take_turn()) << std::endl;
    }
}

} // namespace

int main(int argc, char **argv) {
    return winodnn::bench::run_program(
            "accuracy_runner", usage, argc, argv,
            [&] {
                if (argc < 5 || argc > 6) throw std::invalid_argument("four or five arguments");
                run(argc, argv);
                return 0;
            },
            1);
}
