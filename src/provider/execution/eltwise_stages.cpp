#include "provider/execution/eltwise_stages.hpp"

#include "provider/objects/status.hpp"
#include "provider/threads/runtime.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace winodnn {

expected<eltwise_stages> eltwise_stages::make(
        dnnl_engine_t engine, const problem &p, std::span<const plan> plans) {
    const auto impossible =
            refuse(refusal_reason::onednn, "an eltwise post-op that oneDNN cannot compute between stages");
    eltwise_stages stages(engine);
    std::set<dim> sizes;
    for (const plan &each : plans) sizes.merge(stage_sizes_for(p, each));
    // On a queue it would run by itself, on memory that the queue may not know.
    if (!sizes.empty() && host_runtime()->queues) return impossible;
    if (!sizes.empty() && real().dnnl_version()->cpu_runtime == DNNL_RUNTIME_THREADPOOL) {
        dnnl_stream_t stream = nullptr;
        require(real().dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
        stages.without_pool_.reset(stream);
    }
    for (const dim size : sizes)
        for (std::size_t i = 0; i < p.post_ops.size(); ++i)
            if (p.post_ops[i].op == post_op::kind::staged && !stages.add(i, p.post_ops[i], size))
                return impossible;
    return stages;
}

bool eltwise_stages::add(std::size_t index, const post_op &op, dim count) {
    dnnl_memory_desc_t desc = nullptr;
    require(real().dnnl_memory_desc_create_with_tag(&desc, 1, &count, dnnl_f32, dnnl_a));
    stage s {index, count, owned_memory_desc(desc), nullptr};
    dnnl_primitive_desc_t pd = nullptr;
    if (real().dnnl_eltwise_forward_primitive_desc_create(&pd, engine_, dnnl_forward_inference,
                static_cast<dnnl_alg_kind_t>(op.function), desc, desc, op.alpha, op.beta, nullptr)
            != dnnl_success)
        return false;
    const owned_primitive_desc owned_pd(pd);
    dnnl_primitive_t primitive = nullptr;
    if (real().dnnl_primitive_create(&primitive, pd) != dnnl_success) return false;
    s.eltwise.reset(primitive);
    stages_.push_back(std::move(s));
    return true;
}

bool eltwise_stages::run::apply(std::size_t post_op, float *values, dim count) const {
    const auto stage = std::ranges::find_if(stages_.stages_,
            [&](const eltwise_stages::stage &s) { return s.post_op == post_op && s.count == count; });
    dnnl_memory_t memory = nullptr;
    if (functions_.dnnl_memory_create(&memory, stage->values.get(), stages_.engine_, values) != dnnl_success)
        return false;
    const owned_memory owned(memory, release_real(functions_));
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, memory}, {DNNL_ARG_DST, memory}};
    return functions_.dnnl_primitive_execute(stage->eltwise.get(), stream_, 2, args) == dnnl_success;
}

} // namespace winodnn
