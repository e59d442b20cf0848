#include "chain_case.hpp"

#include <cstring>
#include <gtest/gtest.h>

namespace winodnn::testing {

using dnnl::memory;

chain_case chain_of(dim ic, dim ih, dim iw, dim mb) {
    chain_case c;
    convolution_case source(ic, ic, ih, iw); // of which the next one reads the destination
    source.p.mb = mb;
    source.p.dst = data_type::u8;
    c.members.push_back(source);
    return c;
}

convolution_case &chain_case::append(dim oc, dim pad, dim dilation, dim kernel) {
    const problem before = members.back().p;
    const bool is_first = members.size() == 1 && members.front().src_format == memory::format_tag::any;
    convolution_case c(before.oc, oc, before.oh, before.ow);
    c.p.mb = before.mb;
    c.p.src = before.dst;
    c.p.dst = data_type::u8;
    c.kh = c.kw = kernel;
    c.dilation = dilation;
    c.pad(pad, pad, pad, pad);
    c.src_format = c.dst_format = memory::format_tag::nhwc;
    c.p.src_scale = c.p.dst_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    if (!c.is_winograds()) c.algorithm = dnnl::algorithm::convolution_direct;
    if (is_first) members.clear(); // what stood for the chain's source
    members.push_back(c);
    return members.back();
}

std::string to_string(const chain_case &c) {
    std::string text;
    for (const convolution_case &member : c.members) text += "\n  " + to_string(member);
    for (const chain::link &l : c.links)
        text += "\n  link " + std::to_string(l.source) + " to " + std::to_string(l.member) + "."
                + std::to_string(l.post_op);
    return text;
}

std::vector<dnnl::convolution_forward::primitive_desc> make_descs(const chain_case &c) {
    std::vector<dnnl::convolution_forward::primitive_desc> descs;
    for (const convolution_case &member : c.members) descs.push_back(make_desc(member));
    return descs;
}

namespace {

int argument_of(const chain::link &l) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP(l.post_op) | DNNL_ARG_SRC_1;
}

// Values that still depend on the pixels after several members: sums that are large next to the biases.
case_data livelier_data(const convolution_case &c) {
    case_data data(c);
    if (c.p.bias == data_type::f32)
        for (std::size_t at = 0; at < data.bias.size(); at += sizeof(float)) {
            float value;
            std::memcpy(&value, &data.bias[at], sizeof value);
            value /= 10;
            std::memcpy(&data.bias[at], &value, sizeof value);
        }
    for (float &scale : data.dst_scale) scale /= 8;
    return data;
}

bool is_sum(const chain_case &c, const chain::link &l) {
    return c.members[std::size_t(l.member)].p.post_ops[std::size_t(l.post_op)].op == post_op::kind::sum;
}

} // namespace

chain_execution::chain_execution(
        const chain_case &c, const std::vector<dnnl::convolution_forward::primitive_desc> &descs)
    : case_(c), descs_(descs) {
    for (const convolution_case &member : c.members) data_.push_back(livelier_data(member));
    for (std::size_t k = 0; k < data_.size(); ++k)
        of_.push_back(&executions_.emplace_back(c.members[k], data_[k], descs[k]));
    const int last = int(of_.size()) - 1;
    for (int k = 0; k <= last; ++k)
        for (const auto &[arg, m] : of_[std::size_t(k)]->arguments) {
            const bool is_between = (arg == DNNL_ARG_SRC && k != 0) || (arg == DNNL_ARG_DST && k != last)
                                    || arg == DNNL_ARG_SCRATCHPAD;
            if (!is_between) arguments[chain::arg(k, arg)] = m;
        }
    for (const chain::link &l : c.links)
        if (!is_sum(c, l)) arguments.erase(chain::arg(l.member, argument_of(l)));
}

std::vector<std::uint8_t> chain_execution::run_members() {
    begin_destination();
    dnnl::stream stream(cpu());
    const auto tensor = [&](int member) -> memory & {
        return member < 0 ? of_[0]->arguments[DNNL_ARG_SRC]
                          : of_[std::size_t(member)]->arguments[DNNL_ARG_DST];
    };
    for (int k = 0; k < int(of_.size()); ++k) {
        execution &e = *of_[std::size_t(k)];
        if (k > 0) e.arguments[DNNL_ARG_SRC] = tensor(k - 1);
        for (const chain::link &l : case_.links) {
            if (l.member != k) continue;
            if (is_sum(case_, l))
                dnnl::reorder(tensor(l.source), tensor(k)).execute(stream, tensor(l.source), tensor(k));
            else
                e.arguments[argument_of(l)] = tensor(l.source);
        }
        stream.wait();
        e.run(dnnl::convolution_forward(descs_[std::size_t(k)]));
    }
    return of_.back()->dst();
}

std::vector<std::uint8_t> chain_execution::run(const chain &chained, bool own_scratchpad) {
    begin_destination();
    const memory::desc desc = chained.scratchpad_desc();
    const guarded_buffer scratchpad(desc.get_size());
    std::memset(scratchpad.data(), 0x5a, desc.get_size());
    auto args = arguments;
    if (own_scratchpad) args[chain::arg(0, DNNL_ARG_SCRATCHPAD)] = memory(desc, cpu(), scratchpad.data());
    dnnl::stream stream(cpu());
    chained.execute(stream, args);
    stream.wait();
    return of_.back()->dst();
}

void chain_execution::begin_destination() {
    std::memcpy(of_.back()->arguments[DNNL_ARG_DST].get_data_handle(), data_.back().dst_before.data(),
            data_.back().dst_before.size());
}

int check(const chain_case &c) {
    SCOPED_TRACE(to_string(c));
    const auto descs = make_descs(c);
    const chain chained(descs, c.links, c.goal);
    chain_execution e(c, descs);
    const std::vector<std::uint8_t> expected = e.run_members();
    expect_equal(e.run(chained, true), expected);
    expect_equal(e.run(chained, false), expected);
    return chained.banded_members();
}

} // namespace winodnn::testing
