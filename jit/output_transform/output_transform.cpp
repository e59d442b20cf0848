#include "jit/output_transform/output_transform.hpp"

#include "jit/base/program_emitter.hpp"
#include "jit/output_transform/post_ops.hpp"
#include "winograd/partial_program.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace winodnn::jit {

namespace {

// Of a tile's outputs, row by row, the first ones along both dimensions.
std::vector<int> first_outputs(const bilinear_algorithm &a, int rows, int cols) {
    std::vector<int> first;
    for (int row = 0; row < rows; ++row)
        for (int col = 0; col < cols; ++col) first.push_back(row * a.outputs.cols + col);
    return first;
}

class output_transform_generator : public generator {
public:
    explicit output_transform_generator(const output_transform_config &config)
        : generator(config.isa), config_(config), tile_(tile_of(config.tile)),
          piece_(tile_.piece_of(config.row_piece, config.col_piece)) {
        for (int i = 0; i < traits().registers - reserved; ++i) transform_registers_.push_back(full(i));
        generate();
    }

private:
    void generate() {
        enter(piece_.m_planes() * traits().vector_bytes);
        load_arguments();
        Xbyak::Label next_vector, tail, done;
        test(vectors, vectors);
        jz(tail, T_NEAR);
        L(next_vector);
        transform_vector({});
        advance();
        jnz(next_vector, T_NEAR);
        L(tail);
        if (config_.tail > 0) {
            cmp(qword[args + offsetof(output_transform_args, has_tail)], 0);
            je(done, T_NEAR);
            prepare_tail({config_.tail}, rax);
            transform_vector({config_.tail});
        }
        L(done);
        leave_and_return();
        emit_constants();
    }

    void load_arguments() {
        mov(m, ptr[args + offsetof(output_transform_args, m)]);
        mov(dst, ptr[args + offsetof(output_transform_args, dst)]);
        mov(partial, ptr[args + offsetof(output_transform_args, partial)]);
        mov(per_oc, ptr[args + offsetof(output_transform_args, per_oc)]);
        mov(vectors, ptr[args + offsetof(output_transform_args, vectors)]);
        mov(operands, ptr[args + offsetof(output_transform_args, operands)]);
        xor_(channel, channel);
        if (config_.quantized) {
            mov(rax, ptr[args + offsetof(output_transform_args, gains)]);
            vbroadcastss(factor, ptr[rax]);
        } else {
            vmovups(factor, constant_s32(tile_.inverse_odd()));
        }
        vmovups(upper_bound, constant(highest(config_.dst)));
    }

    void transform_vector(lane_count count) {
        if (config_.from_stage) {
            finish_stage(count);
            return;
        }
        emit_program(*this,
                partial_program(piece_.output_program, first_outputs(piece_, config_.rows, config_.cols)),
                {config_.quantized ? element::f32 : element::s32, transform_registers_, piece_.m_planes(),
                        traits().vector_bytes,
                        [this](int plane, const vec &to) {
                            load_sum(piece_.m_planes_of_whole[static_cast<std::size_t>(plane)], to);
                        },
                        [this, count](int output, const vec &from) {
                            finish_sum(output / config_.cols, output % config_.cols, from, count);
                        }});
    }

    void finish_stage(lane_count count) {
        for (int row = 0; row < config_.rows; ++row)
            for (int col = 0; col < config_.cols; ++col) {
                vmovups(value, partial_of(row, col));
                finish_value(row, col, count);
            }
    }

    void load_sum(int plane, const vec &to) {
        const auto sum = ptr[m + plane * config_.plane_stride];
        if (!config_.quantized) {
            vmovups(to, sum);
            return;
        }
        vcvtdq2ps(to, sum);
        vmulps(to, to,
                ptr[per_oc + (config_.first_scales + tile_.component_of_m(plane)) * config_.per_oc_stride]);
        // All sums are divided by the level's gain at the end.
        if (!config_.wide.contains(tile_.component_of_m(plane))) return;
        mov(rax, ptr[args + offsetof(output_transform_args, gains)]);
        vbroadcastss(scratch, ptr[rax + sizeof(float)]);
        vmulps(to, to, scratch);
    }

    void finish_sum(int row, int col, const vec &sum, lane_count count) {
        if (config_.quantized)
            vmulps(value, sum, factor);
        else
            recover_accumulator(sum);
        if (config_.part == part_kind::middle || config_.part == part_kind::last)
            vpaddd(value, value, partial_of(row, col));
        if (config_.part == part_kind::first || config_.part == part_kind::middle) {
            vmovups(partial_of(row, col), value);
            return;
        }
        if (!config_.accumulators) scale_and_bias();
        finish_value(row, col, count);
    }

    void finish_value(int row, int col, lane_count count) {
        const dim offset = row * config_.row_stride + col * config_.col_stride;
        int index = 0;
        for (const post_op &op : config_.post_ops)
            emit_post_op(*this, op, index++, value, {dst, offset, row, col, count}, {operands, channel, rax},
                    scratch);
        if (config_.to_stage) {
            vmovups(partial_of(row, col), value);
            return;
        }
        if (!config_.accumulators) quantize();
        store_lanes(value, dst, offset, config_.dst, count, scratch);
    }

    Xbyak::Address partial_of(int row, int col) {
        return ptr[partial + (row * tile_.outputs.cols + col) * config_.partial_stride];
    }

    // Y from scale * Y modulo 2^32: the odd factor by its inverse, the power of two by a shift.
    void recover_accumulator(const vec &wrapped) {
        if (tile_.inverse_odd() == 1) {
            vpsrad(value, wrapped, tile_.shift());
        } else {
            vpmulld(value, wrapped, factor);
            vpsrad(value, value, tile_.shift());
        }
    }

    void scale_and_bias() {
        if (!config_.quantized) vcvtdq2ps(value, value);
        if (config_.src_scale) vmulps(value, value, ptr[per_oc + 4 * config_.per_oc_stride]);
        if (config_.scale) vmulps(value, value, ptr[per_oc]);
        if (config_.bias) vaddps(value, value, ptr[per_oc + config_.per_oc_stride]);
    }

    void quantize() {
        if (config_.dst_scale) vmulps(value, value, ptr[per_oc + 2 * config_.per_oc_stride]);
        if (config_.dst_zero_point) vaddps(value, value, ptr[per_oc + 3 * config_.per_oc_stride]);
        if (is_integer(config_.dst)) round_to_integers(value, config_.dst, upper_bound, scratch);
    }

    static float highest(data_type type) {
        switch (type) {
            case data_type::u8: return 255.f;
            case data_type::s8: return 127.f;
            case data_type::s32: return 2147483520.f; // the largest f32 below 2^31
            default: return 0.f;                      // of no use
        }
    }

    void advance() {
        add(m, traits().vector_bytes);
        add(partial, traits().vector_bytes);
        add(per_oc, traits().vector_bytes);
        add(channel, traits().lanes());
        add(dst, traits().lanes() * static_cast<int>(size_of(config_.dst)));
        dec(vectors);
    }

    const output_transform_config config_;
    const tile &tile_;
    const tile_piece &piece_;

    // Registers: the transforms have all vectors but the last four.
    static constexpr int reserved = 4;
    const reg m = rsi, dst = rdx, partial = rcx, per_oc = r8, channel = r9, vectors = r10, operands = r11;
    const vec value = full(traits().registers - 1), scratch = full(traits().registers - 2);
    // Of sums: the inverse of the tile's odd factor or, if they are quantized, of the level's gain.
    const vec factor = full(traits().registers - 3), upper_bound = full(traits().registers - 4);
    std::vector<Xbyak::Xmm> transform_registers_;
};

// Floats by their bits: a strict order whatever their values.
auto order_key(const post_op &p) {
    const auto bits = [](float f) { return std::bit_cast<std::uint32_t>(f); };
    return std::make_tuple(p.op, bits(p.alpha), bits(p.beta), bits(p.scale), p.zero_point, p.type, p.operand,
            p.operand_strides.h, p.operand_strides.w);
}

auto order_key(const output_transform_config &c) {
    return std::make_tuple(c.isa, c.tile, c.part, c.row_piece, c.col_piece, c.rows, c.cols, c.plane_stride,
            c.row_stride, c.col_stride, c.partial_stride, c.per_oc_stride, c.from_stage, c.to_stage, c.tail,
            c.dst, c.quantized, c.wide, c.first_scales, c.accumulators, c.src_scale, c.scale, c.bias,
            c.dst_scale, c.dst_zero_point);
}

const char *name_of(part_kind part) {
    switch (part) {
        case part_kind::only: return "";
        case part_kind::first: return "_firstpart";
        case part_kind::middle: return "_middlepart";
        case part_kind::last: return "_lastpart";
    }
    return "";
}

} // namespace

bool output_transform_config::operator<(const output_transform_config &other) const {
    const auto mine = order_key(*this), theirs = order_key(other);
    if (mine != theirs) return mine < theirs;
    return std::lexicographical_compare(post_ops.begin(), post_ops.end(), other.post_ops.begin(),
            other.post_ops.end(),
            [](const post_op &a, const post_op &b) { return order_key(a) < order_key(b); });
}

std::string output_transform_config::name() const {
    std::string name = std::string("output_transform_") + tile_of(tile).name + jit::name_of(part) + "_"
                       + std::to_string(rows) + "x" + std::to_string(cols) + "_" + winodnn::name_of(dst);
    if (row_piece != 0 || col_piece != 0)
        name += "_piece" + std::to_string(row_piece) + "x" + std::to_string(col_piece);
    if (from_stage) name += "_fromstage";
    if (to_stage) name += "_tostage";
    if (quantized) name += "_quantized" + std::to_string(first_scales) + "_" + spelled(wide);
    if (accumulators) name += "_accumulators";
    if (src_scale) name += "_srcscale";
    if (scale) name += "_scale";
    if (bias) name += "_bias";
    for (const post_op &op : post_ops) name += std::string("_") + winodnn::name_of(op.op);
    if (dst_scale) name += "_dstscale";
    if (dst_zero_point) name += "_dstzp";
    if (tail) name += "_tail" + std::to_string(tail);
    return name + "_strides" + std::to_string(plane_stride) + "x" + std::to_string(row_stride) + "x"
           + std::to_string(col_stride) + "_" + winodnn::name_of(isa);
}

std::shared_ptr<const output_transform> get_output_transform(const output_transform_config &config) {
    return get_kernel<output_transform, output_transform_generator>(config);
}

} // namespace winodnn::jit
