#include "runners.hpp"

#include "vs_direct/synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <string_view>

namespace winodnn::bench {
namespace {

using dnnl::memory;
using data_type = memory::data_type;
using tag = memory::format_tag;

layer layer_of(const chain_network &n, int member) {
    const extent h {.in = n.height, .out = n.height, .kernel = 3, .pad_before = 1},
            w {.in = n.width, .out = n.width, .kernel = 3, .pad_before = 1};
    const auto at = static_cast<std::size_t>(member);
    return {"", 1, n.channels[at], n.channels[at + 1], h, w};
}

memory::desc tensor(const chain_network &n, int index) {
    return {{1, n.channels[static_cast<std::size_t>(index)], n.height, n.width}, data_type::u8, tag::nhwc};
}

// The most bytes that a tensor between members has.
std::int64_t largest_between(const chain_network &n) {
    return n.pixels() * *std::max_element(n.channels.begin() + 1, n.channels.end() - 1);
}

// Whether the member adds what the one before it has read.
bool adds(const chain_network &n, int member) {
    return n.residual && member % 2 == 1;
}

constexpr int added = DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;

template <typename T>
memory view(const dnnl::engine &engine, const memory::desc &desc, const T *values) {
    return memory(desc, engine, const_cast<T *>(values));
}

bool is_ours(const convolution_pd &pd) {
    return std::string_view(pd.impl_info_str()).starts_with("wino:");
}

std::size_t bytes_of(const std::vector<memory> &tensors) {
    std::size_t bytes = 0;
    for (const memory &m : tensors) bytes += m.get_desc().get_size();
    return bytes;
}

} // namespace

network_data::network_data(const chain_network &network) {
    std::mt19937_64 random(static_cast<std::uint64_t>(network.pixels()));
    src = smooth_activations(layer_of(network, 0), random);
    for (int k = 0; k < network.members(); ++k) {
        const layer l = layer_of(network, k);
        weights.push_back(laplacian_weights(l, random));
        double squares = 0;
        for (const std::int8_t w : weights.back()) squares += w * w;
        // A sum's deviation is the source's times this, if products were independent.
        const double deviation = std::sqrt(squares / static_cast<double>(l.oc));
        weights_scales.emplace_back(static_cast<std::size_t>(l.oc), static_cast<float>(1 / deviation));
        bias.emplace_back(static_cast<std::size_t>(l.oc));
        for (float &b : bias.back()) b = static_cast<float>(random() % 64);
    }
}

std::vector<convolution_pd> ask(const dnnl::engine &engine, const chain_network &network, bool direct) {
    std::vector<convolution_pd> members;
    for (int k = 0; k < network.members(); ++k) {
        const layer l = layer_of(network, k);
        dnnl::primitive_attr attr;
        for (const int arg : {DNNL_ARG_SRC, DNNL_ARG_DST}) attr.set_scales_mask(arg, 0);
        attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
        dnnl::post_ops ops;
        if (adds(network, k)) ops.append_binary(dnnl::algorithm::binary_add, tensor(network, k - 1));
        ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
        attr.set_post_ops(ops);
        convolution_pd pd(engine, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                tensor(network, k), {{l.oc, l.ic, 3, 3}, data_type::s8, tag::any},
                {{l.oc}, data_type::f32, tag::a}, tensor(network, k + 1), {1, 1}, {1, 1}, {1, 1}, attr);
        while (direct && is_ours(pd))
            if (!pd.next_impl()) throw dnnl::error(dnnl_unimplemented, "there is no direct convolution");
        members.push_back(std::move(pd));
    }
    return members;
}

network_runner::network_runner(
        const chain_network &network, const network_data &data, std::vector<convolution_pd> members)
    : network_(network), data_(data), members_(std::move(members)), engine_(members_.front().get_engine()),
      stream_(engine_), src_(view(engine_, tensor(network, 0), data.src.data())),
      dst_(tensor(network, network.members()), engine_) {}

std::unordered_map<int, memory> network_runner::constants(int member) {
    const auto at = static_cast<std::size_t>(member);
    const convolution_pd &pd = members_[at];
    const memory::dims dims = pd.weights_desc().get_dims();
    memory plain = view(engine_, {dims, data_type::s8, tag::oihw}, data_.weights[at].data()),
           packed(pd.weights_desc(), engine_);
    dnnl::reorder(plain, packed).execute(stream_, plain, packed);
    stream_.wait();
    const memory::desc one({1}, data_type::f32, tag::a), per_oc({dims[0]}, data_type::f32, tag::a);
    const float *dst_scale = adds(network_, member) ? &data_.two : &data_.one;
    return {{DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, view(engine_, per_oc, data_.bias[at].data())},
            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, view(engine_, one, &data_.one)},
            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, view(engine_, per_oc, data_.weights_scales[at].data())},
            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, view(engine_, one, dst_scale)}};
}

std::vector<std::uint8_t> network_runner::output() const {
    const auto *values = static_cast<const std::uint8_t *>(dst_.get_data_handle());
    return {values, values + dst_.get_desc().get_size()};
}

one_by_one::one_by_one(
        const chain_network &network, const network_data &data, std::vector<convolution_pd> members)
    : network_runner(network, data, std::move(members)) {
    const int last = network.members() - 1;
    const int wanted = std::min(last, network.residual ? 3 : 2);
    for (int n = 0; n < wanted; ++n)
        buffers_.emplace_back(memory::desc({largest_between(network)}, data_type::u8, tag::a), engine_);
    // What the tensors are, of which the first is the source and the last the destination.
    const auto at = [&](int index) {
        if (index == 0) return src_;
        if (index == last + 1) return dst_;
        const memory &buffer = buffers_[static_cast<std::size_t>((index - 1) % wanted)];
        return memory(tensor(network, index), engine_, buffer.get_data_handle());
    };
    for (int k = 0; k <= last; ++k) {
        convolutions_.emplace_back(members_[static_cast<std::size_t>(k)]);
        arguments_.push_back(constants(k));
        arguments_.back()[DNNL_ARG_SRC] = at(k);
        arguments_.back()[DNNL_ARG_DST] = at(k + 1);
        if (adds(network, k)) arguments_.back()[added] = at(k - 1);
    }
}

void one_by_one::execute() {
    for (std::size_t k = 0; k < convolutions_.size(); ++k) convolutions_[k].execute(stream_, arguments_[k]);
    stream_.wait();
}

std::size_t one_by_one::activation_bytes() const {
    return bytes_of(buffers_);
}

chained::chained(const chain_network &network, const network_data &data, std::vector<convolution_pd> members,
        chain::goal goal, int most_members)
    : network_runner(network, data, std::move(members)) {
    memory from = src_;
    for (int begin = 0; begin < network.members(); begin += most_members) {
        const int end = std::min(begin + most_members, network.members());
        std::vector<chain::link> links;
        std::unordered_map<int, memory> args;
        for (int k = begin; k < end; ++k) {
            for (const auto &[arg, m] : constants(k)) args[chain::arg(k - begin, arg)] = m;
            if (adds(network, k)) links.push_back({k - begin, 0, k - begin - 2});
        }
        chains_.emplace_back(
                std::vector<convolution_pd>(members_.begin() + begin, members_.begin() + end), links, goal);
        if (end != network.members() && chains_.size() <= 2) // two of them, by turns
            between_.emplace_back(memory::desc({largest_between(network)}, data_type::u8, tag::a), engine_);
        const memory to = end == network.members()
                                  ? dst_
                                  : memory(tensor(network, end), engine_,
                                          between_[(chains_.size() - 1) % 2].get_data_handle());
        args[chain::arg(0, DNNL_ARG_SRC)] = from;
        args[chain::arg(end - begin - 1, DNNL_ARG_DST)] = to;
        arguments_.push_back(std::move(args));
        from = to;
    }
}

void chained::execute() {
    for (std::size_t k = 0; k < chains_.size(); ++k) chains_[k].execute(stream_, arguments_[k]);
    stream_.wait();
}

std::size_t chained::activation_bytes() const {
    std::size_t most = 0;
    for (const chain &c : chains_) most = std::max(most, c.activation_bytes());
    return bytes_of(between_) + most;
}

int chained::banded_members() const {
    int count = 0;
    for (const chain &c : chains_) count += c.banded_members();
    return count;
}

std::string chained::why_not_banded() const {
    for (const chain &c : chains_)
        if (std::string reason = c.why_not_banded(); !reason.empty()) return reason;
    return {};
}

} // namespace winodnn::bench
