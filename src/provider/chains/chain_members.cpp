#include "provider/chains/chain_members.hpp"

#include "provider/creation/convolution_description.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/threads/runtime.hpp"

#include <algorithm>

namespace winodnn {
namespace {

[[noreturn]] void refuse_chain(dnnl_status_t status, const std::string &reason) {
    throw chain_refusal {status, reason};
}

void demand_valid(bool holds, const std::string &reason) {
    if (!holds) refuse_chain(dnnl_invalid_arguments, reason);
}

std::string number(int member) {
    return "member " + std::to_string(member);
}

// Ours or oneDNN's.
const primitive_desc_handle *taken_over_handle(const_dnnl_primitive_desc_t desc) {
    const primitive_desc_handle *handle = ours(desc);
    return handle != nullptr && handle->description ? handle : nullptr;
}

template <typename Result>
Result query(const_dnnl_primitive_desc_t desc, dnnl_query_t what) {
    Result result {};
    const primitive_desc_handle *handle = taken_over_handle(desc);
    require(handle != nullptr ? handle->description->query(what, 0, &result)
                              : real().dnnl_primitive_desc_query(real_desc_of(desc), what, 0, &result));
    return result;
}

const_dnnl_post_ops_t post_ops_of(const_dnnl_primitive_desc_t desc) {
    const primitive_desc_handle *handle = taken_over_handle(desc);
    const_dnnl_primitive_attr_t attr = nullptr;
    if (handle != nullptr)
        attr = handle->description->attr();
    else
        require(real().dnnl_primitive_desc_get_attr(real_desc_of(desc), &attr));
    const_dnnl_post_ops_t post_ops = nullptr;
    require(real().dnnl_primitive_attr_get_post_ops(attr, &post_ops));
    return post_ops;
}

bool is_forward_convolution(const_dnnl_primitive_desc_t desc) {
    if (query<dnnl_primitive_kind_t>(desc, dnnl_query_primitive_kind) != dnnl_convolution) return false;
    const auto propagation = query<dnnl_prop_kind_t>(desc, dnnl_query_prop_kind);
    return propagation == dnnl_forward_inference || propagation == dnnl_forward_training;
}

bool same_dims_and_type(const_dnnl_memory_desc_t a, const_dnnl_memory_desc_t b) {
    const desc_view one = view_of(a), other = view_of(b);
    return one.ndims == other.ndims && one.type == other.type
           && std::equal(one.dims.begin(), one.dims.begin() + one.ndims, other.dims.begin());
}

// Runs oneDNN's own primitives, in the place of ours.
class onednn_executable final : public executable {
public:
    explicit onednn_executable(const_dnnl_primitive_desc_t desc) {
        dnnl_primitive_t made = nullptr;
        require(real().dnnl_primitive_create(&made, desc));
        primitive_.reset(made);
    }
    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override {
        return real().dnnl_primitive_execute(primitive_.get(), stream, nargs, args);
    }

private:
    owned_primitive primitive_;
};

} // namespace

int chain_link::argument() const {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP(post_op) | DNNL_ARG_SRC_1;
}

const convolution_description *chain_member::taken_over() const {
    return dynamic_cast<const convolution_description *>(description.get());
}

std::unique_ptr<const executable> chain_member::make_executable() const {
    return description ? description->make_executable() : std::make_unique<onednn_executable>(onednn.get());
}

chain_members::chain_members(
        std::span<const const_dnnl_primitive_desc_t> descs, std::span<const winodnn_chain_link_t> links) {
    info_ = "cpu,chain,members:" + std::to_string(descs.size());
    demand_valid(!descs.empty(), "a chain without members");
    demand_valid(descs.size() <= WINODNN_CHAIN_MOST_MEMBERS, "more members than a chain can have");
    for (const_dnnl_primitive_desc_t desc : descs) add(desc);
    if (host_runtime() && host_runtime()->queues) refuse_chain(dnnl_unimplemented, "streams are SYCL queues");
    for (const winodnn_chain_link_t &link : links) {
        demand_valid(link.member >= 0 && link.member < count(), "a link to a member that there is not");
        add(link, descs[static_cast<std::size_t>(link.member)]);
    }
    for (int member = 0; member < count(); ++member)
        check_sums(member, descs[static_cast<std::size_t>(member)]);
}

void chain_members::add(const_dnnl_primitive_desc_t desc) {
    const std::string name = number(count());
    demand_valid(desc != nullptr, name + " is null");
    if (!is_forward_convolution(desc)) refuse_chain(dnnl_unimplemented, name + " is no forward convolution");
    const auto engine = query<dnnl_engine_t>(desc, dnnl_query_engine);
    if (!runs_on_cpu(engine)) refuse_chain(dnnl_unimplemented, name + " is not for a CPU");
    demand_valid(engine_ == nullptr || engine == engine_, name + " is of another engine");
    engine_ = engine;

    chain_member member;
    if (const primitive_desc_handle *handle = taken_over_handle(desc)) {
        member.description = handle->description;
    } else {
        dnnl_primitive_desc_t copy = nullptr;
        require(real().dnnl_primitive_desc_clone(&copy, real_desc_of(desc)));
        member.onednn.reset(copy);
    }
    const auto desc_of = [&](dnnl_query_t what) {
        return copy_desc(query<const_dnnl_memory_desc_t>(desc, what));
    };
    member.src = desc_of(dnnl_query_src_md);
    member.dst = desc_of(dnnl_query_dst_md);
    member.scratchpad = desc_of(dnnl_query_scratchpad_md);
    if (!members_.empty()) {
        const_dnnl_memory_desc_t before = members_.back().dst.get();
        demand_valid(same_dims_and_type(before, member.src.get()),
                name + " does not read what the one before it writes: the dims or the data type differ");
        demand_valid(real().dnnl_memory_desc_equal(before, member.src.get()) != 0,
                name + " does not read what the one before it writes: the layouts differ");
        if (view_of(before).offset != 0)
            refuse_chain(dnnl_unimplemented, "what " + name + " reads has an offset");
    }
    members_.push_back(std::move(member));
}

void chain_members::add(const winodnn_chain_link_t &given, const_dnnl_primitive_desc_t of_member) {
    const std::string name = "the link to " + number(given.member);
    demand_valid(given.source >= WINODNN_CHAIN_SOURCE && given.source < given.member,
            name + " is not from an earlier member");
    const const_dnnl_post_ops_t post_ops = post_ops_of(of_member);
    demand_valid(given.post_op >= 0 && given.post_op < real().dnnl_post_ops_len(post_ops),
            name + " is for a post-op that there is not");
    for (const chain_link &link : links_)
        demand_valid(link.member != given.member || link.post_op != given.post_op, name + " is there twice");

    const dnnl_primitive_kind_t kind = real().dnnl_post_ops_get_kind(post_ops, given.post_op);
    const chain_link link {given.member, given.post_op, given.source, kind == dnnl_sum};
    const_dnnl_memory_desc_t source = desc_of_source(link);
    if (kind == dnnl_sum) {
        for (const chain_link &other : links_)
            demand_valid(!other.is_sum || other.member != link.member || other.source == link.source,
                    name + " has another source than its other sum");
        demand_valid(same_dims_and_type(source, (*this)[link.member].dst.get()),
                name + " is from a tensor of other dims or another data type");
    } else {
        demand_valid(kind == dnnl_binary, name + " is for a post-op that reads no tensor");
        dnnl_alg_kind_t algorithm = dnnl_alg_kind_undef;
        const_dnnl_memory_desc_t operand = nullptr;
        require(real().dnnl_post_ops_get_params_binary(post_ops, link.post_op, &algorithm, &operand));
        demand_valid(same_dims_and_type(source, operand),
                name + " is from a tensor of other dims or another data type than the operand's");
        demand_valid(real().dnnl_memory_desc_equal(source, operand) != 0,
                name + " is from a tensor of another layout than the operand's");
    }
    links_.push_back(link);
}

// What is in the last member's destination is the program's.
void chain_members::check_sums(int member, const_dnnl_primitive_desc_t desc) const {
    if (member == count() - 1) return;
    const const_dnnl_post_ops_t post_ops = post_ops_of(desc);
    for (int i = 0; i < real().dnnl_post_ops_len(post_ops); ++i) {
        if (real().dnnl_post_ops_get_kind(post_ops, i) != dnnl_sum) continue;
        const auto is_its = [&](const chain_link &link) {
            return link.member == member && link.post_op == i;
        };
        demand_valid(
                std::ranges::any_of(links_, is_its), "no link says what " + number(member) + "'s sum adds");
    }
}

const_dnnl_memory_desc_t chain_members::desc_of_source(const chain_link &link) const {
    return link.source == WINODNN_CHAIN_SOURCE ? members_.front().src.get() : (*this)[link.source].dst.get();
}

int chain_members::last_reader(int member) const {
    int last = std::min(member + 1, count() - 1);
    for (const chain_link &link : links_)
        if (link.source == member) last = std::max(last, link.member);
    return last;
}

} // namespace winodnn
