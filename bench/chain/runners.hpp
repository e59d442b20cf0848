// The same convolutions as a program would run them one after the other, and as chains.
#pragma once

#include "networks.hpp"

#include <dnnl.hpp>
#include <winodnn/chain.hpp>

#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

namespace winodnn::bench {

using convolution_pd = dnnl::convolution_forward::primitive_desc;

// Values that every runner computes with; scaled so that each destination uses the range of u8.
struct network_data {
    explicit network_data(const chain_network &network);

    std::vector<std::uint8_t> src;
    std::vector<std::vector<std::int8_t>> weights; // by member, oihw
    std::vector<std::vector<float>> bias, weights_scales;
    float one = 1, two = 2; // scales of sources, and of destinations that are sums
};

// What the program gets that asks for the network's convolutions; with `direct` oneDNN's own.
std::vector<convolution_pd> ask(const dnnl::engine &engine, const chain_network &network, bool direct);

class network_runner {
public:
    virtual ~network_runner() = default;
    virtual void execute() = 0;
    virtual std::size_t activation_bytes() const = 0; // between source and destination
    std::vector<std::uint8_t> output() const;

protected:
    network_runner(
            const chain_network &network, const network_data &data, std::vector<convolution_pd> members);

    // Of a member: weights, bias and scales.
    std::unordered_map<int, dnnl::memory> constants(int member);

    const chain_network &network_;
    const network_data &data_;
    std::vector<convolution_pd> members_;
    dnnl::engine engine_;
    dnnl::stream stream_;
    dnnl::memory src_, dst_;
};

// Tensors between members share as few buffers as possible.
class one_by_one final : public network_runner {
public:
    one_by_one(const chain_network &network, const network_data &data, std::vector<convolution_pd> members);
    void execute() override;
    std::size_t activation_bytes() const override;

private:
    std::vector<dnnl::convolution_forward> convolutions_;
    std::vector<std::unordered_map<int, dnnl::memory>> arguments_;
    std::vector<dnnl::memory> buffers_;
};

// In chains of at most so many members, one after the other.
class chained final : public network_runner {
public:
    chained(const chain_network &network, const network_data &data, std::vector<convolution_pd> members,
            chain::goal goal, int most_members);
    void execute() override;
    std::size_t activation_bytes() const override;
    int banded_members() const;
    std::string why_not_banded() const; // of the first chain of which not all are

private:
    std::vector<chain> chains_;
    std::vector<std::unordered_map<int, dnnl::memory>> arguments_;
    std::vector<dnnl::memory> between_;
};

} // namespace winodnn::bench
