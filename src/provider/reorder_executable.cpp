#include "provider/reorder_executable.hpp"

#include "provider/arguments.hpp"
#include "provider/reorder_description.hpp"
#include "provider/status.hpp"
#include "provider/threads/runtime.hpp"
#include "provider/verbose.hpp"
#include "weights/packed_weights.hpp"

#include <cstdint>
#include <vector>

namespace winodnn {
namespace {

// Plain weights on their way between our packing and oneDNN's reorder.
struct plain_weights {
    std::vector<std::int8_t> values;
    owned_memory memory;

    plain_weights(const_dnnl_memory_desc_t desc, dnnl_engine_t engine)
        : values(real().dnnl_memory_desc_get_size(desc)) {
        dnnl_memory_t created = nullptr;
        require(real().dnnl_memory_create(&created, desc, engine, values.data()));
        memory.reset(created);
    }
};

// The block of a packed memory, which has to have the very desc that the primitive was made for.
void *packed_block(const_dnnl_memory_t memory, const_dnnl_memory_desc_t desc, const char *name) {
    if (real().dnnl_memory_desc_equal(desc_of(memory), desc) == 0)
        throw invalid_argument {std::string(name) + " is not in the format that the reorder was made for"};
    return data_of(memory, name);
}

} // namespace

reorder_executable::reorder_executable(const reorder_description &says) : says_(says) {
    dnnl_primitive_t created = nullptr;
    require(real().dnnl_primitive_create(&created, says.beside()));
    between_plain_.reset(created);
}

void reorder_executable::run(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    threadpool_team own;
    const thread_team &team = host_runtime().usable->team_on(stream, own);
    const execution_arguments given(nargs, args);
    const dnnl_memory_t from = given.memory(DNNL_ARG_FROM, "the source");
    const dnnl_memory_t to = given.memory(DNNL_ARG_TO, "the destination");
    std::vector<dnnl_exec_arg_t> passed(args, args + nargs);
    const auto replace = [&](int arg, const plain_weights &plain) {
        for (dnnl_exec_arg_t &item : passed)
            if (item.arg == arg) item.memory = plain.memory.get();
    };

    std::optional<plain_weights> source, target;
    if (says_.packed_src()) {
        const void *block = packed_block(from, says_.src_desc(), "the source");
        if (const char *reason = check_block(*says_.packed_src(), block); reason != nullptr)
            throw invalid_argument {reason};
        source.emplace(says_.plain_desc(), says_.engine());
        unpack_weights(*says_.packed_src(), block, source->values.data(), team);
        replace(DNNL_ARG_FROM, *source);
    }
    void *packed_to = nullptr;
    if (says_.packed_dst()) {
        packed_to = packed_block(to, says_.dst_desc(), "the destination");
        target.emplace(says_.plain_desc(), says_.engine());
        replace(DNNL_ARG_TO, *target);
    }
    require(real().dnnl_primitive_execute(between_plain_.get(), stream, int(passed.size()), passed.data()));
    if (target) pack_weights(*says_.packed_dst(), target->values.data(), packed_to, team);
}

dnnl_status_t reorder_executable::execute(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    const stopwatch watch;
    try {
        check_stream(stream, says_.engine());
        run(stream, nargs, args);
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", says_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
    if (verbose_events()) print_event("exec", says_.info(), watch.milliseconds());
    return dnnl_success;
}

} // namespace winodnn
