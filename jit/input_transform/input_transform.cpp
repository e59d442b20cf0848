#include "jit/input_transform/input_transform.hpp"

#include "jit/base/program_emitter.hpp"
#include "winograd/exact_bytes.hpp"

#include <cstddef>

namespace winodnn::jit {

namespace {

class input_transform_generator : public generator {
public:
    explicit input_transform_generator(const input_transform_config &config)
        : generator(config.isa), config_(config), tile_(tile_of(config.tile)),
          piece_(tile_.piece_of(config.row_piece, config.col_piece)), width_(piece_.inputs().cols),
          vector_(config.channels_per_vector() * 2),
          bytes_(exact_bytes_of(
                  tile_, in_bits(source_range(config.src, config.zero_point), config.source_bits))) {
        const int reserved = config.numbers.has_initial_sums() ? 2 : 0;
        for (int i = 0; i < traits().registers - reserved; ++i) transform_registers_.push_back(of_width(i));
        generate();
    }

private:
    void generate() {
        enter(piece_.v_planes() * vector_);
        load_arguments();
        Xbyak::Label next_vector, done;
        L(next_vector);
        transform_vector();
        advance(next_vector, done);
        L(done);
        leave_and_return();
        emit_constants();
    }

    void load_arguments() {
        mov(src, ptr[args + offsetof(input_transform_args, src)]);
        mov(v, ptr[args + offsetof(input_transform_args, v)]);
        mov(channels, ptr[args + offsetof(input_transform_args, channels)]);
        mov(zero_points, ptr[args + offsetof(input_transform_args, zero_points)]);
        mov(quantization, ptr[args + offsetof(input_transform_args, quantization)]);
        mov(channel, ptr[args + offsetof(input_transform_args, first)]);
        if (config_.numbers.has_initial_sums()) set_zero(zero);
    }

    void transform_vector() {
        emit_program(*this, piece_.input_program,
                {element::s16, transform_registers_, piece_.v_planes(), vector_,
                        [this](int pixel, const vec &to) { load_pixel(pixel / width_, pixel % width_, to); },
                        [this](int plane, const vec &from) {
                            store_plane(piece_.v_planes_of_whole[static_cast<std::size_t>(plane)], from);
                        }});
    }

    void store_plane(int plane, const vec &from) {
        const int component = tile_.component_of_v(plane);
        const bool wide = config_.numbers.is_wide(component);
        const dim offset = config_.planes.offset(tile_, config_.numbers, plane);
        const auto to = wide ? ptr[v + channel * 2 + offset] : ptr[v + channel + offset];
        if (!config_.numbers.quantized) {
            if (wide)
                vmovups(to, from);
            else
                store_exactly(to, bytes_.components[static_cast<std::size_t>(component)], from);
            return;
        }
        const dim lanes = component * dim {sizeof(quantization_lanes)};
        vpmulhrsw(scaled, from, ptr[quantization + lanes + offsetof(quantization_lanes, multiplier)]);
        if (wide) {
            vmovups(to, scaled);
            return;
        }
        vpaddw(scaled, scaled, ptr[quantization + lanes + offsetof(quantization_lanes, zero_point)]);
        if (!traits().dot_product)
            vpminsw(scaled, scaled, constant_s32(narrow_limit_without_dot_product * 0x00010001));
        store_as_bytes(to, scaled, zero);
    }

    void store_exactly(const Xbyak::Address &to, const byte_component &c, const vec &from) {
        const vec *value = &from;
        if (c.shift > 0) {
            vpsllw(scaled, from, c.shift);
            value = &scaled;
        }
        vpaddw(scaled, *value, constant_s32(static_cast<std::uint32_t>(c.zero_point) * 0x00010001u));
        store_as_bytes(to, scaled, zero);
    }

    // The last vector overlaps the one before, so that no channel beyond the last is touched.
    void advance(Xbyak::Label &next_vector, Xbyak::Label &done) {
        const int count = config_.channels_per_vector();
        sub(channels, count);
        jz(done, T_NEAR);
        add(src, count);
        add(channel, count);
        add(zero_points, 2 * count);
        cmp(channels, count);
        jae(next_vector, T_NEAR);
        sub(channels, count); // minus the overlap
        add(src, channels);
        add(channel, channels);
        lea(zero_points, ptr[zero_points + channels * 2]);
        mov(channels, count);
        jmp(next_vector, T_NEAR);
    }

    void load_pixel(int row, int col, const vec &to) {
        if (!inside(config_.rows, row) || !inside(config_.cols, col)) {
            set_zero(to);
            return;
        }
        const auto pixel = ptr[src + row * config_.row_stride + col * config_.col_stride];
        if (config_.src == data_type::u8)
            vpmovzxbw(to, pixel);
        else
            vpmovsxbw(to, pixel);
        if (config_.zero_point) vpsubw(to, to, ptr[zero_points]);
    }

    static bool inside(const extent &e, int position) { return position >= e.begin && position < e.end; }
    vec of_width(int i) const { return config_.narrow ? ymm_of(full(i)) : full(i); }

    const input_transform_config config_;
    const tile &tile_;
    const tile_piece &piece_;
    const int width_, vector_;
    const exact_bytes bytes_;

    // Registers: all vectors work in the transform.
    const reg src = rsi, v = rdx, channels = rcx, zero_points = r8, channel = r9, quantization = r10;
    std::vector<Xbyak::Xmm> transform_registers_;
    // Where some of V is in bytes, the last two.
    const vec scaled = of_width(traits().registers - 1), zero = of_width(traits().registers - 2);
};

} // namespace

int input_transform_config::channels_per_vector() const {
    return narrow ? 16 : traits_of(isa).vector_bytes / 2;
}

std::string input_transform_config::name() const {
    const auto span = [](const extent &e) { return std::to_string(e.begin) + "to" + std::to_string(e.end); };
    return std::string("input_transform_") + tile_of(tile).name + "_" + name_of(src)
           + (row_piece != 0 || col_piece != 0
                           ? "_piece" + std::to_string(row_piece) + "x" + std::to_string(col_piece)
                           : "")
           + (zero_point ? "_zp" : "") + "_c" + std::to_string(channels_per_vector()) + "_rows" + span(rows)
           + "_cols" + span(cols) + "_strides" + std::to_string(row_stride) + "x" + std::to_string(col_stride)
           + "x" + std::to_string(planes.wide)
           + (numbers.quantized ? "q" + spelled(numbers.wide) + "x" + std::to_string(planes.narrow) : "")
           + (numbers.bytes_exactly.empty()
                           ? ""
                           : "e" + std::to_string(source_bits) + "_" + spelled(numbers.bytes_exactly) + "x"
                                     + std::to_string(planes.narrow))
           + "_" + name_of(isa);
}

std::shared_ptr<const input_transform> get_input_transform(const input_transform_config &config) {
    return get_kernel<input_transform, input_transform_generator>(config);
}

} // namespace winodnn::jit
