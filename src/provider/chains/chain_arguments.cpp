#include "provider/chains/chain_arguments.hpp"

#include "provider/objects/arguments.hpp"

namespace winodnn {
namespace {

constexpr int member_shift = 24;
static_assert(WINODNN_CHAIN_ARG(1, 0) == 1 << member_shift);
static_assert(WINODNN_CHAIN_ARG(WINODNN_CHAIN_MOST_MEMBERS, 0) > 0);
static_assert((DNNL_ARG_ATTR_MULTIPLE_POST_OP(31) | DNNL_ARG_SRC_1) < 1 << member_shift);

} // namespace

chain_arguments::chain_arguments(const chain_members &members, int count, const dnnl_exec_arg_t *list)
    : by_member_(static_cast<std::size_t>(members.count())) {
    if (count < 0 || (count > 0 && list == nullptr)) throw invalid_argument {"no argument list"};
    const auto once = [](dnnl_memory_t &kept, const dnnl_exec_arg_t &given, const char *name) {
        if (given.memory != nullptr && kept != nullptr)
            throw invalid_argument {std::string(name) + " is there twice"};
        if (given.memory != nullptr) kept = given.memory;
    };
    for (int i = 0; i < count; ++i) {
        if (list[i].arg < 0) continue; // no argument of anything, as with primitives
        const int member = list[i].arg >> member_shift, argument = list[i].arg & ((1 << member_shift) - 1);
        check(members, member, argument);
        if (argument == DNNL_ARG_SCRATCHPAD) {
            once(scratchpad_, list[i], "the chain's scratchpad");
            continue;
        }
        if (argument == DNNL_ARG_SRC) once(source_, list[i], "the chain's source");
        if (argument == DNNL_ARG_DST) once(destination_, list[i], "the chain's destination");
        by_member_[static_cast<std::size_t>(member)].push_back({argument, list[i].memory});
    }
    if (source_ == nullptr) throw invalid_argument {"the chain's source is missing"};
    if (destination_ == nullptr) throw invalid_argument {"the chain's destination is missing"};
}

void chain_arguments::check(const chain_members &members, int member, int argument) const {
    const int last = members.count() - 1;
    if (member > last) throw invalid_argument {"an argument of a member that there is not"};
    const bool is_the_chains = (argument == DNNL_ARG_SRC && member != 0)
                               || (argument == DNNL_ARG_DST && member != last)
                               || (argument == DNNL_ARG_SCRATCHPAD && member != 0);
    if (is_the_chains)
        throw invalid_argument {"argument " + std::to_string(argument) + " of member "
                                + std::to_string(member) + " is the chain's affair"};
    for (const chain_link &link : members.links())
        if (!link.is_sum && link.member == member && link.argument() == argument)
            throw invalid_argument {"argument " + std::to_string(argument) + " of member "
                                    + std::to_string(member) + " is a link's"};
}

} // namespace winodnn
