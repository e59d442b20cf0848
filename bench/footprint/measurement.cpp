#include "footprint/measurement.hpp"

#include "vs_direct/contender.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <stdexcept>

namespace winodnn::bench {
namespace {

using dnnl::memory;

constexpr int later_creations = 20, later_runs = 20;

// Calls `work` and returns the milliseconds.
template <typename Work>
double time_of(const Work &work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double resident_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (double kib = 0; word == "VmRSS:" && status >> kib) return kib * 1024;
    throw std::runtime_error("/proc/self/status does not say what is resident");
}

// What the largest layer needs, in use before anything is measured.
template <typename T>
std::vector<T> buffer_for(const network &n, std::int64_t (layer::*size)() const) {
    std::int64_t most = 0;
    for (const layer &l : n.convolutions) most = std::max(most, (l.*size)());
    std::mt19937_64 random(1);
    std::vector<T> values(static_cast<std::size_t>(most));
    for (T &value : values) value = static_cast<T>(random() >> 56);
    return values;
}

class program {
public:
    explicit program(const network &n) : network_(n) {
        // Scales and biases of 1: enough for any layer.
        std::int64_t most_oc = 0;
        for (const layer &l : n.convolutions) most_oc = std::max(most_oc, l.oc);
        ones_.assign(static_cast<std::size_t>(most_oc), 1.f);
    }

    footprint run() {
        footprint f;
        const double before = resident_bytes();
        f.creation_ms = time_of([&] { create(); });
        for (std::size_t i = 0; i < layers_.size(); ++i) f.packing_ms += pack(i);
        f.first_run_ms = time_of([&] { execute(); });
        f.resident_bytes = resident_bytes() - before;
        describe(f);

        std::vector<double> creations, runs;
        for (int i = 0; i < later_creations; ++i)
            creations.push_back(time_of([&] {
                for (const layer &l : network_.convolutions)
                    dnnl::convolution_forward(ask(engine_, l, flavour::layer));
            }));
        f.later_creation_us = median(creations) * 1e3 / f.convolutions;
        for (int i = 0; i < later_runs; ++i) runs.push_back(time_of([&] { execute(); }));
        f.run_ms = median(runs);
        return f;
    }

private:
    struct made_layer {
        convolution_pd pd;
        dnnl::convolution_forward primitive;
        std::unordered_map<int, memory> arguments;
    };

    void create() {
        for (const layer &l : network_.convolutions) {
            const convolution_pd pd = ask(engine_, l, flavour::layer);
            layers_.push_back({pd, dnnl::convolution_forward(pd), {}});
        }
    }

    // Milliseconds, without those of making arguments.
    double pack(std::size_t index) {
        const layer &l = network_.convolutions[index];
        made_layer &made = layers_[index];
        memory packed,
                plain({made.pd.weights_desc().get_dims(), memory::data_type::s8, memory::format_tag::oihw},
                        engine_, weights_.data());
        const double ms = time_of([&] {
            packed = memory(made.pd.weights_desc(), engine_);
            dnnl::reorder(plain, packed).execute(stream_, plain, packed);
            stream_.wait();
        });
        const auto floats = [&](std::int64_t count) {
            return memory({{count}, memory::data_type::f32, memory::format_tag::a}, engine_, ones_.data());
        };
        made.arguments = {{DNNL_ARG_SRC, memory(made.pd.src_desc(), engine_, src_.data())},
                {DNNL_ARG_DST, memory(made.pd.dst_desc(), engine_, dst_.data())}, {DNNL_ARG_WEIGHTS, packed},
                {DNNL_ARG_BIAS, floats(l.oc)}, {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, floats(1)},
                {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, floats(l.oc)},
                {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, floats(1)}};
        return ms;
    }

    void execute() {
        for (const made_layer &l : layers_) l.primitive.execute(stream_, l.arguments);
        stream_.wait();
    }

    void describe(footprint &f) const {
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const convolution_pd &pd = layers_[i].pd;
            f.convolutions += 1;
            f.taken_over += is_ours(pd) ? 1 : 0;
            f.plain_bytes += static_cast<double>(network_.convolutions[i].weights_size());
            f.weights_bytes += static_cast<double>(pd.weights_desc().get_size());
            f.scratchpad_bytes = std::max(f.scratchpad_bytes,
                    static_cast<double>(pd.query_s64(dnnl::query::memory_consumption_s64)));
        }
    }

    const network &network_;
    dnnl::engine engine_ {dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_ {engine_};
    std::vector<std::int8_t> weights_ = buffer_for<std::int8_t>(network_, &layer::weights_size);
    std::vector<std::uint8_t> src_ = buffer_for<std::uint8_t>(network_, &layer::source_size),
                              dst_ = buffer_for<std::uint8_t>(network_, &layer::destination_size);
    std::vector<float> ones_;
    std::vector<made_layer> layers_;
};

// Of a footprint and of JSON alike.
template <typename Figures, typename Visit>
void for_each_figure(Figures &f, const Visit &visit) {
    visit("convolutions", f.convolutions);
    visit("taken_over", f.taken_over);
    visit("plain_bytes", f.plain_bytes);
    visit("weights_bytes", f.weights_bytes);
    visit("scratchpad_bytes", f.scratchpad_bytes);
    visit("resident_bytes", f.resident_bytes);
    visit("creation_ms", f.creation_ms);
    visit("packing_ms", f.packing_ms);
    visit("first_run_ms", f.first_run_ms);
    visit("later_creation_us", f.later_creation_us);
    visit("run_ms", f.run_ms);
}

} // namespace

footprint measure(const network &n) {
    return program(n).run();
}

std::string to_json(const footprint &f) {
    nlohmann::json object;
    for_each_figure(f, [&](const char *name, double value) { object[name] = value; });
    return object.dump();
}

footprint from_json(const std::string &text) try {
    const nlohmann::json object = nlohmann::json::parse(text);
    footprint f;
    for_each_figure(f, [&](const char *name, double &value) { value = object.at(name).get<double>(); });
    return f;
} catch (const nlohmann::json::exception &) {
    throw std::runtime_error("a process that measures printed '" + text + "'");
}

} // namespace winodnn::bench
