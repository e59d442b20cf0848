#include "jit/input_transform/input_transform.hpp"

#include "jit/base/program_emitter.hpp"
#include "winograd/exact_bytes.hpp"
#include "winograd/partial_program.hpp"

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
        const int reserved = config.numbers.quantized ? 2 : config.numbers.has_initial_sums() ? 1 : 0;
        for (int i = 0; i < traits().registers - reserved; ++i) transform_registers_.push_back(of_width(i));
        if (config_.numbers.quantized)
            for (int plane = 0; plane < piece_.v_planes(); ++plane)
                if (!is_wide(plane)) narrow_planes_.push_back(plane);
        generate();
    }

private:
    void generate() {
        enter(piece_.v_planes() * vector_);
        load_arguments();
        for_all_channels([this] { transform_vector(); });
        if (config_.numbers.quantized) find_level();
        if (!narrow_planes_.empty()) {
            begin_again();
            for_all_channels([this] {
                if (has_scratch())
                    quantize_vector();
                else
                    transform_and_quantize_vector();
            });
        }
        leave_and_return();
        emit_constants();
    }

    void load_arguments() {
        mov(v, ptr[args + offsetof(input_transform_args, v)]);
        load_places();
        if (!config_.numbers.quantized) return;
        mov(tables, ptr[args + offsetof(input_transform_args, quantization)]);
        mov(tables, ptr[tables + offsetof(input_quantization, at_once)]);
        set_zero(most_filled);
    }

    // Of the first channels.
    void load_places() {
        mov(src, ptr[args + offsetof(input_transform_args, src)]);
        mov(channels, ptr[args + offsetof(input_transform_args, channels)]);
        mov(zero_points, ptr[args + offsetof(input_transform_args, zero_points)]);
        mov(channel, ptr[args + offsetof(input_transform_args, first)]);
        if (has_scratch()) mov(scratch, ptr[args + offsetof(input_transform_args, scratch)]);
    }

    template <typename Body>
    void for_all_channels(const Body &body) {
        Xbyak::Label next_vector, done;
        L(next_vector);
        body();
        advance(next_vector, done);
        L(done);
    }

    void transform_vector() {
        emit_program(*this, piece_.input_program,
                {element::s16, transform_registers_, piece_.v_planes(), vector_,
                        [this](int pixel, const vec &to) { load_pixel(pixel / width_, pixel % width_, to); },
                        [this](int plane, const vec &from) { store_plane(plane, from); }});
    }

    void transform_and_quantize_vector() {
        emit_program(*this, partial_program(piece_.input_program, narrow_planes_),
                {element::s16, transform_registers_, piece_.v_planes(), vector_,
                        [this](int pixel, const vec &to) {
                            if (load_pixel(pixel / width_, pixel % width_, to)) vpmullw(to, to, ptr[tables]);
                        },
                        [this](int index, const vec &from) {
                            quantize(narrow_planes_[static_cast<std::size_t>(index)], from);
                        }});
    }

    void quantize_vector() {
        for (const int plane : narrow_planes_) {
            const vec value = of_width(0);
            vmovups(value, ptr[scratch + plane * config_.scratch_stride]);
            vpmullw(value, value, ptr[tables]);
            quantize(plane, value);
        }
    }

    bool has_scratch() const { return config_.scratch_stride != 0; }
    bool is_wide(int plane_of_piece) const {
        return config_.numbers.is_wide(tile_.component_of_v(of_whole(plane_of_piece)));
    }

    int of_whole(int plane) const { return piece_.v_planes_of_whole[static_cast<std::size_t>(plane)]; }

    Xbyak::Address place_of(int plane) const {
        const dim offset = config_.planes.offset(tile_, config_.numbers, plane);
        const bool wide = config_.numbers.is_wide(tile_.component_of_v(plane));
        return wide ? ptr[v + channel * 2 + offset] : ptr[v + channel + offset];
    }

    void store_plane(int plane_of_piece, const vec &from) {
        const int plane = of_whole(plane_of_piece), component = tile_.component_of_v(plane);
        const bool wide = config_.numbers.is_wide(component);
        if (!config_.numbers.quantized) {
            if (wide)
                vmovups(place_of(plane), from);
            else
                store_exactly(place_of(plane), bytes_.components[static_cast<std::size_t>(component)], from);
            return;
        }
        vpmulhrsw(scaled, from, ptr[tables + component * dim {sizeof(multiplier_lanes)}]);
        if (wide) {
            vmovups(place_of(plane), scaled);
            return;
        }
        if (has_scratch()) vmovups(ptr[scratch + plane_of_piece * config_.scratch_stride], from);
        vpabsw(scaled, scaled);
        vpmaxsw(most_filled, most_filled, scaled);
    }

    // rax: the level, which is stored.
    void find_level() {
        if (narrow_planes_.empty())
            xor_(eax, eax);
        else
            level_of_most_filled();
        mov(tables, ptr[args + offsetof(input_transform_args, level)]);
        mov(dword[tables], eax);
    }

    void level_of_most_filled() {
        const vec low = xmm_of(full(0)), high = xmm_of(full(1));
        if (vector_ == 64) {
            vextracti64x4(ymm_of(high), Xbyak::Zmm(most_filled.getIdx()), 1);
            vpmaxsw(ymm_of(low), ymm_of(high), ymm_of(most_filled));
        } else {
            vmovups(ymm_of(low), ymm_of(most_filled));
        }
        vextracti128(high, Xbyak::Ymm(low.getIdx()), 1);
        vpmaxsw(low, low, high);
        // The largest word is the smallest one of the complements.
        vpcmpeqw(high, high, high);
        vpxor(low, low, high);
        vphminposuw(low, low);
        vmovd(eax, low);
        not_(eax);
        and_(eax, 0x7fff);
        inc(eax);
        // A float's exponent and the first bit of its mantissa: half octaves, from 127 * 2 on.
        vcvtsi2ss(low, low, eax);
        vmovd(eax, low);
        shr(eax, 22);
        mov(tables, ptr[args + offsetof(input_transform_args, quantization)]);
        neg(eax);
        add(eax, 2 * 127 - 1);
        for (int half = 0; half < 2; ++half)
            add(eax, dword[tables + offsetof(input_quantization, unit_bits)]);
        cmp(eax, dword[tables + offsetof(input_quantization, last_level)]);
        cmovg(eax, dword[tables + offsetof(input_quantization, last_level)]);
        xor_(tables.cvt32(), tables.cvt32());
        test(eax, eax);
        cmovs(eax, tables.cvt32());
    }

    // rax: the level.
    void begin_again() {
        mov(tables, ptr[args + offsetof(input_transform_args, quantization)]);
        imul(rax, rax, rows_of_level(tile_.components()) * dim {sizeof(multiplier_lanes)});
        add(rax, ptr[tables + offsetof(input_quantization, levels)]);
        mov(tables, rax);
        load_places();
    }

    // V with the level's factor.
    void quantize(int plane_of_piece, const vec &from) {
        const int plane = of_whole(plane_of_piece), component = tile_.component_of_v(plane);
        vpbroadcastd(scaled, ptr[tables + sizeof(multiplier_lanes) + component * dim {sizeof(std::int32_t)}]);
        vpmulhrsw(scaled, from, scaled);
        const std::uint32_t limit = traits().dot_product ? narrow_limit : narrow_limit_without_dot_product;
        if (!config_.one_sided.contains(component))
            vpaddw(scaled, scaled, constant_s32((limit - limit / 2) * 0x00010001));
        store_as_bytes(place_of(plane), scaled);
    }

    void store_exactly(const Xbyak::Address &to, const byte_component &c, const vec &from) {
        const vec *value = &from;
        if (c.shift > 0) {
            vpsllw(scaled, from, c.shift);
            value = &scaled;
        }
        vpaddw(scaled, *value, constant_s32(static_cast<std::uint32_t>(c.zero_point) * 0x00010001u));
        store_as_bytes(to, scaled);
    }

    // The last vector overlaps the one before, so that no channel beyond the last is touched.
    void advance(Xbyak::Label &next_vector, Xbyak::Label &done) {
        const int count = config_.channels_per_vector();
        sub(channels, count);
        jz(done, T_NEAR);
        add(src, count);
        add(channel, count);
        add(zero_points, 2 * count);
        if (has_scratch()) add(scratch, 2 * count);
        cmp(channels, count);
        jae(next_vector, T_NEAR);
        sub(channels, count); // minus the overlap
        add(src, channels);
        add(channel, channels);
        lea(zero_points, ptr[zero_points + channels * 2]);
        if (has_scratch()) lea(scratch, ptr[scratch + channels * 2]);
        mov(channels, count);
        jmp(next_vector, T_NEAR);
    }

    // Whether it is inside the image, and not 0.
    bool load_pixel(int row, int col, const vec &to) {
        if (!inside(config_.rows, row) || !inside(config_.cols, col)) {
            set_zero(to);
            return false;
        }
        const auto pixel = ptr[src + row * config_.row_stride + col * config_.col_stride];
        if (config_.src == data_type::u8)
            vpmovzxbw(to, pixel);
        else
            vpmovsxbw(to, pixel);
        if (config_.zero_point) vpsubw(to, to, ptr[zero_points]);
        return true;
    }

    static bool inside(const extent &e, int position) { return position >= e.begin && position < e.end; }
    vec of_width(int i) const { return config_.narrow ? ymm_of(full(i)) : full(i); }

    const input_transform_config config_;
    const tile &tile_;
    const tile_piece &piece_;
    const int width_, vector_;
    const exact_bytes bytes_;

    // Registers: all vectors work in the transform.
    const reg src = rsi, v = rdx, channels = rcx, zero_points = r8, channel = r9, scratch = r11;
    // What all values are multiplied by at once, and then what those of the tile's level are.
    const reg tables = r10;
    std::vector<Xbyak::Xmm> transform_registers_;
    // Where some of V is in bytes, the last one; where it is quantized, the last two.
    const vec scaled = of_width(traits().registers - 1), most_filled = of_width(traits().registers - 2);
    std::vector<int> narrow_planes_; // of the piece, that are quantized to 8 bits
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
           + (numbers.quantized ? "q" + spelled(numbers.wide) + "x" + std::to_string(planes.narrow) + "s"
                                          + std::to_string(scratch_stride) + "p" + spelled(one_sided)
                                : "")
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
