#include "provider/reorder/reorder_executable.hpp"

#include "dispatch/calibrated_choice.hpp"
#include "provider/objects/arguments.hpp"
#include "provider/objects/mapped_memory.hpp"
#include "provider/reorder/packing_record.hpp"
#include "provider/reorder/reorder_description.hpp"
#include "provider/report/verbose.hpp"
#include "provider/threads/runtime.hpp"
#include "weights/block_header.hpp"
#include "weights/packed_weights.hpp"
#include "weights/quantized_weights.hpp"

namespace winodnn {
namespace {

// The block of a packed memory, which has to have the very desc that the primitive was made for.
void *block_of(const execution_arguments &arguments, dnnl_memory_t memory, const_dnnl_memory_desc_t desc,
        const char *name) {
    if (real().dnnl_memory_desc_equal(desc_of(memory), desc) == 0)
        throw invalid_argument {std::string(name) + " is not in the format that the reorder was made for"};
    return arguments.buffer(memory, name);
}

void replace(std::vector<dnnl_exec_arg_t> &args, int arg, const owned_memory &memory) {
    for (dnnl_exec_arg_t &item : args)
        if (item.arg == arg) item.memory = memory.get();
}

} // namespace

reorder_executable::reorder_executable(const reorder_description &description) : description_(description) {
    dnnl_primitive_t created = nullptr;
    require(real().dnnl_primitive_create(&created, description.onednn_desc()));
    between_plain_.reset(created);
    if (description.to_unrounded() == nullptr) return;
    require(real().dnnl_primitive_create(&created, description.to_unrounded()));
    to_unrounded_.reset(created);
}

number_system reorder_executable::pack(const std::int8_t *plain, void *block, dnnl_stream_t stream,
        std::vector<dnnl_exec_arg_t> args, const thread_team &team) const {
    const weights_layout &layout = *description_.packed_dst();
    const calibration_in_use *calibrated = description_.calibrated();
    const number_system numbers =
            calibrated == nullptr
                    ? exact
                    : numbers_for(calibrated->calibration.find(identity_of(layout, plain), layout),
                            layout.tile, calibrated->target_snr, layout.byte_limit);
    if (!numbers.quantized) {
        pack_weights(layout, plain, block, team);
        return layout.promised() ? check_header(layout, block).value().numbers : numbers;
    }
    const owned_memory unrounded = make_memory(description_.unrounded_desc(), description_.engine());
    replace(args, DNNL_ARG_TO, unrounded);
    require(real().dnnl_primitive_execute(to_unrounded_.get(), stream, int(args.size()), args.data()));
    require(real().dnnl_stream_wait(stream));
    const mapped_memory mapped(unrounded.get());
    auto *weights = mapped.data<float>();
    // What the s8 weights saturate at the quantized ones do too: the same convolution, but finer.
    const dim count = layout.group_count() * layout.filters() * layout.taps();
    for (dim i = 0; i < count; ++i)
        if (!(weights[i] >= -128.f && weights[i] <= 127.f)) weights[i] = plain[i];
    pack_quantized_weights(layout, numbers.wide, weights, plain, block, team);
    return numbers;
}

std::optional<number_system> reorder_executable::run(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    threadpool_team own;
    const thread_team &team = host_runtime()->threads->team_on(stream, own);
    const execution_arguments arguments(nargs, args);
    const dnnl_memory_t from = arguments.memory(DNNL_ARG_FROM, "the source");
    const dnnl_memory_t to = arguments.memory(DNNL_ARG_TO, "the destination");
    std::vector<dnnl_exec_arg_t> passed(args, args + nargs);

    owned_memory source, target;
    if (description_.packed_src()) {
        const expected<packed_block> block = check_block(
                *description_.packed_src(), block_of(arguments, from, description_.src_desc(), "the source"));
        if (!block) throw invalid_argument {block.error().text()};
        source = make_memory(description_.plain_src_desc(), description_.engine());
        const mapped_memory plain(source.get());
        unpack_weights(*description_.packed_src(), *block, plain.data<std::int8_t>(), team);
        replace(passed, DNNL_ARG_FROM, source);
    }
    void *packed_to = nullptr;
    if (description_.packed_dst()) {
        packed_to = block_of(arguments, to, description_.dst_desc(), "the destination");
        target = make_memory(description_.plain_dst_desc(), description_.engine());
        replace(passed, DNNL_ARG_TO, target);
    }
    require(real().dnnl_primitive_execute(between_plain_.get(), stream, int(passed.size()), passed.data()));
    require(real().dnnl_stream_wait(stream));
    if (!target) return {};
    const mapped_memory plain(target.get());
    const number_system numbers = pack(plain.data<std::int8_t>(), packed_to, stream, passed, team);
    const weights_layout &layout = *description_.packed_dst();
    note_packing(layout, check_header(layout, packed_to)->identity);
    return layout.byte_limit != 0 ? std::optional(numbers) : std::nullopt;
}

dnnl_status_t reorder_executable::execute(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    try {
        take_turn(stream, description_.engine());
        const stopwatch watch; // not of what the stream had to do before
        const std::optional<number_system> numbers = run(stream, nargs, args);
        if (verbose_events())
            print_event("exec",
                    numbers ? description_.describe("numbers:" + name_of(*numbers)) : description_.info(),
                    watch.milliseconds());
        return dnnl_success;
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", description_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
}

} // namespace winodnn
