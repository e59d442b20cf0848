#include "provider/creation/synthetic_layer.hpp"

#include "provider/execution/eltwise_stages.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/onednn/data_types.hpp"
#include "provider/threads/runtime.hpp"
#include "weights/packed_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace winodnn {
namespace {

// xorshift64: this fills megabytes while a program waits.
class random_bits {
public:
    std::uint64_t operator()() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        return state_ ^= state_ << 17;
    }

private:
    std::uint64_t state_ = 0x9e3779b97f4a7c15ull;
};

// Bell-shaped, the largest magnitude of each output channel the largest value of so many bits.
void fill_like_trained(std::vector<std::int8_t> &weights, std::size_t per_oc, int bits) {
    const double most = std::max(1, (1 << (bits - 1)) - 1);
    random_bits random;
    std::vector<int> filter(per_oc);
    for (std::size_t first = 0; first < weights.size(); first += per_oc) {
        int largest = 1;
        for (int &value : filter) {
            const std::uint64_t bytes = random();
            value = -8 * 255 / 2;
            for (int n = 0; n < 64; n += 8) value += static_cast<int>(bytes >> n & 255);
            largest = std::max(largest, std::abs(value));
        }
        for (std::size_t i = 0; i < per_oc; ++i)
            weights[first + i] = static_cast<std::int8_t>(std::lround(most * filter[i] / largest));
    }
}

void fill_with_ones(dnnl_data_type_t type, std::byte *data, dim count) {
    const float f32 = 1;
    const std::int32_t s32 = 1;
    const std::uint16_t bf16 = 0x3f80, f16 = 0x3c00;
    const std::uint8_t byte = 1;
    const void *one = type == dnnl_f32    ? static_cast<const void *>(&f32)
                      : type == dnnl_s32  ? &s32
                      : type == dnnl_bf16 ? &bf16
                      : type == dnnl_f16  ? static_cast<const void *>(&f16)
                                          : &byte;
    const std::size_t size = real().dnnl_data_type_size(type);
    for (dim i = 0; i < count; ++i) std::memcpy(data + static_cast<std::size_t>(i) * size, one, size);
}

} // namespace

synthetic_layer::synthetic_layer(
        const convolution_request &request, const problem &p, const_dnnl_primitive_desc_t direct)
    : request_(request), problem_(p), direct_(direct), attributes_(*attribute_settings_of(request.attr)),
      operands_(p.post_ops.size()), weights_(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps())) {
    dnnl_stream_t stream = nullptr;
    require(real().dnnl_stream_create(&stream, request.engine, dnnl_stream_default_flags));
    stream_.reset(stream);
    fill_like_trained(weights_, weights_.size() / static_cast<std::size_t>(p.oc), p.weights_bits);
    add_tensors();
    add_quantization();
    add_operands();
    args_.operands = operands_.data();
}

synthetic_layer::owned_buffer synthetic_layer::zeros(std::size_t bytes) {
    auto made = std::make_unique<scratch_pool::buffer>(bytes);
    std::memset(made->data, 0, bytes);
    return made;
}

const_dnnl_memory_desc_t synthetic_layer::desc_of(dnnl_query_t what, int index) const {
    const const_dnnl_memory_desc_t desc = real().dnnl_primitive_desc_query_md(direct_, what, index);
    if (desc == nullptr) throw failure {dnnl_unimplemented};
    return desc;
}

std::byte *synthetic_layer::add(int arg, const_dnnl_memory_desc_t desc, std::size_t least_bytes) {
    const desc_view view = view_of(desc);
    const std::size_t offset = static_cast<std::size_t>(view.offset) * real().dnnl_data_type_size(view.type);
    // oneDNN takes the size of descs with an offset for 0.
    buffers_.push_back(zeros(std::max(real().dnnl_memory_desc_get_size(desc), offset + least_bytes)));
    dnnl_memory_t memory = nullptr;
    require(real().dnnl_memory_create(&memory, desc, request_.engine, buffers_.back()->data));
    direct_arguments_.emplace_back(arg, memory);
    return buffers_.back()->data + offset;
}

typed_values synthetic_layer::add_values(int arg, dnnl_data_type_t type, dim count, bool ones) {
    dnnl_memory_desc_t created = nullptr;
    require(real().dnnl_memory_desc_create_with_tag(&created, 1, &count, type, dnnl_a));
    const owned_memory_desc desc(created);
    std::byte *data = add(arg, desc.get());
    if (ones) fill_with_ones(type, data, count);
    return {data, *type_of(type)};
}

// A value of as many bits as the source has.
std::byte synthetic_layer::of_source(std::uint8_t random) const {
    const int left = 8 - problem_.source_bits;
    return problem_.src == data_type::u8 ? static_cast<std::byte>(random >> left)
                                         : static_cast<std::byte>(static_cast<std::int8_t>(random) >> left);
}

void synthetic_layer::add_tensors() {
    const problem &p = problem_;
    std::byte *src = add(DNNL_ARG_SRC, desc_of(dnnl_query_src_md, 0),
            static_cast<std::size_t>(p.src_extent()) * size_of(p.src));
    random_bits random;
    for (dim i = 0; i < p.src_extent(); ++i) src[i] = of_source(static_cast<std::uint8_t>(random() >> 56));
    args_.src = src;
    args_.dst = add(DNNL_ARG_DST, desc_of(dnnl_query_dst_md, 0),
            static_cast<std::size_t>(p.dst_extent()) * size_of(p.dst));

    // Whatever the format: integers, of which one is as fast as another.
    std::byte *weights = add(DNNL_ARG_WEIGHTS, desc_of(dnnl_query_weights_md, 0));
    const std::size_t bytes = buffers_.back()->bytes;
    for (std::size_t at = 0; at < bytes; at += weights_.size())
        std::memcpy(weights + at, weights_.data(), std::min(weights_.size(), bytes - at));

    if (p.bias) args_.bias = {add(DNNL_ARG_BIAS, desc_of(dnnl_query_weights_md, 1)), *p.bias};
    const const_dnnl_memory_desc_t scratchpad =
            real().dnnl_primitive_desc_query_md(direct_, dnnl_query_scratchpad_md, 0);
    if (!view_of(scratchpad).absent()) add(DNNL_ARG_SCRATCHPAD, scratchpad);
}

void synthetic_layer::add_quantization() {
    const problem &p = problem_;
    const auto scales = [&](int arg, bool per_oc) {
        return add_values(
                DNNL_ARG_ATTR_SCALES | arg, attributes_.scales.at(arg).type, per_oc ? p.oc : 1, true);
    };
    using weights_scale_kind = problem::weights_scale_kind;
    if (p.src_scale) args_.src_scale = scales(DNNL_ARG_SRC, false);
    if (p.dst_scale) args_.dst_scale = scales(DNNL_ARG_DST, p.dst_scale_per_oc);
    if (p.weights_scale != weights_scale_kind::none)
        args_.weights_scale = scales(DNNL_ARG_WEIGHTS, p.weights_scale == weights_scale_kind::per_oc);
    const auto zero_points = [&](int arg, dim count) {
        return add_values(
                DNNL_ARG_ATTR_ZERO_POINTS | arg, attributes_.zero_points.at(arg).type, count, false);
    };
    if (p.src_zero_point)
        args_.src_zero_points = zero_points(DNNL_ARG_SRC, p.src_zero_point_per_ic ? p.ic : 1);
    if (p.dst_zero_point)
        args_.dst_zero_points = zero_points(DNNL_ARG_DST, p.dst_zero_point_per_oc ? p.oc : 1);
}

void synthetic_layer::add_operands() {
    for (std::size_t i = 0; i < problem_.post_ops.size(); ++i) {
        const post_op &op = problem_.post_ops[i];
        if (!op.has_operand()) continue;
        const int index = DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(i));
        const dim count = op.operand == post_op::broadcast::common   ? 1
                          : op.operand == post_op::broadcast::per_oc ? problem_.oc
                                                                     : problem_.extent_of(op.operand_strides);
        if (op.op == post_op::kind::prelu) {
            operands_[i] = add_values(index | DNNL_ARG_WEIGHTS, dnnl_f32, count, true).data;
            continue;
        }
        std::byte *data = add(index | DNNL_ARG_SRC_1, desc_of(dnnl_query_exec_arg_md, index | DNNL_ARG_SRC_1),
                static_cast<std::size_t>(count) * size_of(op.type));
        fill_with_ones(type_of(op.type), data, count);
        operands_[i] = data;
    }
}

std::function<void()> synthetic_layer::prepare_direct() const {
    dnnl_primitive_t created = nullptr;
    require(real().dnnl_primitive_create(&created, direct_));
    const std::shared_ptr<dnnl_primitive> primitive(created, release_real {});
    std::vector<dnnl_exec_arg_t> arguments;
    for (const auto &[arg, memory] : direct_arguments_) arguments.push_back({arg, memory.get()});
    return [this, primitive, arguments] {
        require(real().dnnl_primitive_execute(
                primitive.get(), stream_.get(), static_cast<int>(arguments.size()), arguments.data()));
        require(real().dnnl_stream_wait(stream_.get()));
    };
}

packed_block synthetic_layer::packed_in(const weights_layout &layout) {
    owned_buffer &block = packed_[{layout.tile, layout.source_bits}];
    if (block == nullptr) {
        block = zeros(layout.bytes());
        threadpool_team own;
        pack_weights(
                layout, weights_.data(), block->data, host_runtime()->threads->team_on(stream_.get(), own));
    }
    return check_header(layout, block->data).value();
}

struct synthetic_layer::runnable {
    runnable(convolution made, eltwise_stages of_it)
        : computation(std::move(made)), stages(std::move(of_it)) {}

    convolution computation;
    eltwise_stages stages;
    owned_buffer scratchpad;
};

std::function<void()> synthetic_layer::prepare(plan chosen) {
    const packed_block weights = packed_in(layout_for(problem_, chosen));
    chosen.numbers = weights.numbers;
    expected<eltwise_stages> stages = eltwise_stages::make(request_.engine, problem_, {&chosen, 1});
    if (!stages) throw failure {dnnl_unimplemented};
    const auto made = std::make_shared<runnable>(convolution(problem_, chosen), std::move(*stages));
    made->scratchpad = zeros(made->computation.scratchpad_bytes());
    return [this, made, weights] {
        const eltwise_stages::run stages_run(made->stages, stream_.get());
        run_args args = args_;
        args.weights = weights;
        args.stages = &stages_run;
        args.scratchpad = made->scratchpad->data;
        threadpool_team own;
        if (made->computation.execute(args, host_runtime()->threads->team_on(stream_.get(), own))
                != run_result::computed)
            throw failure {dnnl_runtime_error};
    };
}

} // namespace winodnn
