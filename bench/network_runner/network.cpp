#include "network.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace winodnn::bench {
namespace {

// Small networks are run several times in a turn: the first frame finds the caches full of others' data.
constexpr double frames_seconds = 0.02;

using dnnl::memory;
using data_type = memory::data_type;
using nlohmann::json;

memory::desc desc_of(const json &tensor) {
    return {tensor.at("dims").get<memory::dims>(), type_named(tensor.at("type")), memory::format_tag::nhwc};
}

memory within(const memory &buffer, const memory::desc &desc) {
    if (desc.get_size() > buffer.get_desc().get_size())
        throw std::runtime_error("a tensor is larger than the buffer that it is in");
    return memory(desc, buffer.get_engine(), buffer.get_data_handle());
}

make_step_function maker_of(const std::string &op) {
    if (op == "convolution") return make_convolution;
    if (op == "pool") return make_pool;
    if (op == "deconvolution") return make_deconvolution;
    if (op == "pixel_shuffle") return make_pixel_shuffle;
    if (op == "reorder") return make_reorder;
    throw std::runtime_error("there is no step '" + op + "'");
}

void save(const memory &tensor, const std::string &path) {
    std::ofstream file(path, std::ios::binary);
    file.write(static_cast<const char *>(tensor.get_data_handle()),
            static_cast<std::streamsize>(tensor.get_desc().get_size()));
    file.close();
    if (!file) throw std::runtime_error(path + ": cannot be written");
}

template <typename T>
std::vector<float> maxima(const memory &tensor) {
    const auto channels = static_cast<std::size_t>(tensor.get_desc().get_dims()[1]);
    const T *const values = static_cast<const T *>(tensor.get_data_handle());
    const std::size_t count = tensor.get_desc().get_size() / sizeof(T);
    std::vector<float> result(channels);
    for (std::size_t i = 0; i < count; ++i) {
        float &most = result[i % channels];
        most = std::max(most, std::abs(static_cast<float>(values[i])));
    }
    return result;
}

std::vector<float> channel_maxima_of(const memory &tensor) {
    switch (tensor.get_desc().get_data_type()) {
        case data_type::u8: return maxima<std::uint8_t>(tensor);
        case data_type::s8: return maxima<std::int8_t>(tensor);
        default: return maxima<float>(tensor);
    }
}

} // namespace

std::vector<float> step_source::values(const char *key, memory::dim count) const {
    const auto offset = description.at(key).get<std::size_t>();
    if (offset > parameters.size() || parameters.size() - offset < static_cast<std::size_t>(count))
        throw std::runtime_error(std::string(key) + ": there are not so many parameters");
    const auto first = parameters.begin() + static_cast<std::ptrdiff_t>(offset);
    return {first, first + count};
}

data_type type_named(const std::string &name) {
    if (name == "u8") return data_type::u8;
    if (name == "s8") return data_type::s8;
    if (name == "f32") return data_type::f32;
    throw std::runtime_error("there is no data type '" + name + "' here");
}

memory floats(const dnnl::engine &engine, const std::vector<float> &values) {
    memory m({{static_cast<memory::dim>(values.size())}, data_type::f32, memory::format_tag::a}, engine);
    std::memcpy(m.get_data_handle(), values.data(), values.size() * sizeof(float));
    return m;
}

network::network(const json &description, const std::vector<float> &parameters)
    : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), input_(description.at("input")),
      output_(description.at("output")) {
    const json &described = description.at("tensors");
    for (const auto &[name, tensor] : described.items())
        if (tensor.at("buffer").is_null()) tensors_[name] = memory(desc_of(tensor), engine_);
    for (const auto &[name, tensor] : described.items())
        if (!tensor.at("buffer").is_null())
            tensors_[name] = within(tensors_.at(tensor.at("buffer")), desc_of(tensor));
    for (const json &step : description.at("steps"))
        steps_.push_back(maker_of(step.at("op"))({step, parameters, tensors_}, engine_, stream_));
    descriptions_ = description.at("steps");
}

void network::load(const std::string &path) {
    const memory &input = tensors_.at(input_);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(static_cast<char *>(input.get_data_handle()),
                static_cast<std::streamsize>(input.get_desc().get_size())))
        throw std::runtime_error(path + ": cannot be read");
}

void network::run(const std::string &input_path, const std::string &output_path) {
    load(input_path);
    for (const auto &step : steps_) step->execute(stream_);
    save(tensors_.at(output_), output_path);
}

json network::for_each_output(
        const std::string &input_path, const std::function<json(const memory &)> &look) {
    load(input_path);
    json result;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        steps_[i]->execute(stream_);
        result[descriptions_[i].at("name")] = look(tensors_.at(descriptions_[i].at("dst")));
    }
    return result;
}

json network::channel_maxima(const std::string &input_path) {
    return for_each_output(input_path, [](const memory &output) { return json(channel_maxima_of(output)); });
}

json network::digests(const std::string &input_path) {
    return for_each_output(input_path, [](const memory &output) {
        const auto *bytes = static_cast<const char *>(output.get_data_handle());
        return json(std::hash<std::string_view>()({bytes, output.get_desc().get_size()}));
    });
}

std::vector<turn> network::take_turn() {
    std::vector<turn> turns(steps_.size());
    const double start = now_seconds();
    do {
        for (std::size_t i = 0; i < steps_.size(); ++i)
            turns[i].add(time_execution([&] { steps_[i]->execute(stream_); }));
    } while (now_seconds() - start < frames_seconds);
    return turns;
}

json network::steps() const {
    json result = json::array();
    for (std::size_t i = 0; i < steps_.size(); ++i)
        result.push_back({{"name", descriptions_[i].at("name")}, {"op", descriptions_[i].at("op")},
                {"implementation", steps_[i]->implementation()}});
    return result;
}

} // namespace winodnn::bench
