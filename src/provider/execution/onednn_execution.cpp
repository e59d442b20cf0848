#include "provider/execution/onednn_execution.hpp"

#include "provider/creation/convolution_description.hpp"
#include "provider/objects/arguments.hpp"
#include "provider/objects/mapped_memory.hpp"
#include "provider/objects/status.hpp"
#include "weights/packed_weights.hpp"

#include <vector>

namespace winodnn {
namespace {

// A primitive whose scratchpad is its executions' own: with a scratchpad of the library's, oneDNN's
// primitives must not be executed by two threads at a time.
class shared_primitive {
public:
    shared_primitive(owned_primitive_desc desc, dnnl_engine_t engine)
        : engine_(engine), desc_(std::move(desc)) {
        dnnl_primitive_t created = nullptr;
        require(real().dnnl_primitive_create(&created, desc_.get()));
        primitive_.reset(created);
    }

    const_dnnl_memory_desc_t md(dnnl_query_t what) const {
        return real().dnnl_primitive_desc_query_md(desc_.get(), what, 0);
    }

    // `args` without a scratchpad.
    void run(dnnl_stream_t stream, std::vector<dnnl_exec_arg_t> args) const {
        owned_memory scratchpad;
        if (real().dnnl_memory_desc_get_size(md(dnnl_query_scratchpad_md)) > 0) {
            scratchpad = make_memory(md(dnnl_query_scratchpad_md), engine_);
            args.push_back({DNNL_ARG_SCRATCHPAD, scratchpad.get()});
        }
        require(real().dnnl_primitive_execute(
                primitive_.get(), stream, static_cast<int>(args.size()), args.data()));
        require(real().dnnl_stream_wait(stream));
    }

private:
    dnnl_engine_t engine_;
    owned_primitive_desc desc_;
    owned_primitive primitive_;
};

owned_attr with_user_scratchpad(const_dnnl_primitive_attr_t attr) {
    dnnl_primitive_attr_t copy = nullptr;
    require(attr == nullptr ? real().dnnl_primitive_attr_create(&copy)
                            : real().dnnl_primitive_attr_clone(&copy, attr));
    owned_attr owned(copy);
    require(real().dnnl_primitive_attr_set_scratchpad_mode(copy, dnnl_scratchpad_mode_user));
    return owned;
}

shared_primitive make_convolution(const convolution_description &description) {
    const owned_attr attr = with_user_scratchpad(description.attr());
    convolution_request request = description.request();
    request.attr = attr.get();
    owned_primitive_desc desc;
    require(create_direct_in_nhwc(desc, request));
    return {std::move(desc), description.engine()};
}

shared_primitive make_reorder(
        dnnl_engine_t engine, const_dnnl_memory_desc_t from, const_dnnl_memory_desc_t to) {
    const owned_attr attr = with_user_scratchpad(nullptr);
    dnnl_primitive_desc_t desc = nullptr;
    require(real().dnnl_reorder_primitive_desc_create(&desc, from, engine, to, engine, attr.get()));
    return {owned_primitive_desc(desc), engine};
}

} // namespace

struct onednn_execution::primitives {
    explicit primitives(const convolution_description &description, const weights_layout &layout)
        : convolution(make_convolution(description)),
          reorder(make_reorder(description.engine(), make_plain_weights_desc(layout).get(),
                  convolution.md(dnnl_query_weights_md))) {}

    shared_primitive convolution, reorder; // of its weights, from plain ones
};

struct onednn_execution::direct_weights {
    packed_block block; // that they were made of
    owned_memory weights;

    bool are_of(const packed_block &other) const {
        return block.content == other.content && block.identity == other.identity;
    }
};

onednn_execution::onednn_execution(const convolution_description &description)
    : description_(description), layout_(*packed_layout(description.weights_desc())), blocks_(layout_) {}

onednn_execution::~onednn_execution() = default;

const onednn_execution::primitives &onednn_execution::needed() const {
    {
        const std::lock_guard lock(mutex_);
        if (made_ != nullptr) return *made_;
    }
    // Outside of the lock: oneDNN takes its own, and its time. Of two that are made at once one is kept.
    auto made = std::make_unique<const primitives>(description_, layout_);
    const std::lock_guard lock(mutex_);
    if (made_ == nullptr) made_ = std::move(made);
    return *made_;
}

std::shared_ptr<const onednn_execution::direct_weights> onednn_execution::kept_of(
        const packed_block &block) const {
    const std::lock_guard lock(mutex_);
    return kept_ != nullptr && kept_->are_of(block) ? kept_ : nullptr;
}

std::shared_ptr<const onednn_execution::direct_weights> onednn_execution::weights_for(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const {
    packed_block block;
    owned_memory plain;
    {
        // Nothing of the program's stays mapped while oneDNN works with it.
        const execution_arguments arguments(nargs, args);
        constexpr const char *name = "the weights memory";
        const expected<packed_block> checked =
                blocks_.check(arguments.buffer(arguments.memory(DNNL_ARG_WEIGHTS, name), name));
        if (!checked) throw invalid_argument {checked.error().text()};
        block = *checked;
        if (auto kept = kept_of(block)) return kept;
        plain = unpacked(block, team);
    }
    const primitives &p = needed();
    auto made = std::make_shared<const direct_weights>(direct_weights {
            block, make_memory(p.convolution.md(dnnl_query_weights_md), description_.engine())});
    p.reorder.run(stream, {{DNNL_ARG_FROM, plain.get()}, {DNNL_ARG_TO, made->weights.get()}});
    const std::lock_guard lock(mutex_);
    kept_ = made;
    return made;
}

owned_memory onednn_execution::unpacked(const packed_block &block, const thread_team &team) const {
    owned_memory plain = make_memory(make_plain_weights_desc(layout_).get(), description_.engine());
    unpack_weights(layout_, block, mapped_memory(plain.get()).data<std::int8_t>(), team);
    return plain;
}

void onednn_execution::run(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const {
    const std::shared_ptr<const direct_weights> direct = weights_for(stream, nargs, args, team);
    std::vector<dnnl_exec_arg_t> passed;
    for (int i = 0; i < nargs; ++i) {
        if (args[i].arg == DNNL_ARG_SCRATCHPAD) continue;
        passed.push_back(args[i]);
        if (args[i].arg == DNNL_ARG_WEIGHTS) passed.back().memory = direct->weights.get();
    }
    needed().convolution.run(stream, std::move(passed));
}

} // namespace winodnn
