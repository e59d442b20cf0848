// A chain of convolutions next to the same ones executed one after the other.
#pragma once

#include "convolution_case.hpp"

#include "winodnn/chain.hpp"

namespace winodnn::testing {

struct chain_case {
    std::vector<convolution_case> members;
    std::vector<chain::link> links;
    chain::goal goal = chain::goal::least_memory;

    // A member that reads what the last one writes; nhwc, as all tensors of a chain here.
    convolution_case &append(dim oc, dim pad = 1, dim dilation = 0, dim kernel = 3);
};

chain_case chain_of(dim ic, dim ih, dim iw, dim mb = 1);

std::string to_string(const chain_case &c);
std::vector<dnnl::convolution_forward::primitive_desc> make_descs(const chain_case &c);

// Executions of the members, and what a chain's execution is given: the same memories.
class chain_execution {
public:
    chain_execution(const chain_case &c, const std::vector<dnnl::convolution_forward::primitive_desc> &descs);

    // One after the other.
    std::vector<std::uint8_t> run_members();
    std::vector<std::uint8_t> run(const chain &chained, bool own_scratchpad);

    std::unordered_map<int, dnnl::memory> arguments; // of the chain, without scratchpad

private:
    void begin_destination();

    const chain_case &case_;
    const std::vector<dnnl::convolution_forward::primitive_desc> &descs_;
    std::vector<case_data> data_;
    std::list<execution> executions_;
    std::vector<execution *> of_;
};

// Compares every byte. Returns how many members were executed by bands.
int check(const chain_case &c);

} // namespace winodnn::testing
