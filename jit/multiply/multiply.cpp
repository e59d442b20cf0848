#include "jit/multiply/multiply.hpp"

#include <algorithm>
#include <cstddef>

namespace winodnn::jit {

namespace {

// Registers, 32: 24 sums, 4 of weights, 3 of source, 1 product. 16: 12 sums, 2, 1, 1.
constexpr int sources_of(const isa_traits &traits) {
    return traits.registers == 32 ? 3 : 1;
}

constexpr bool has_registers(isa i) {
    const isa_traits traits = traits_of(i);
    const register_tile most = register_tile_of(i);
    return most.sums() + most.vectors + sources_of(traits) + 1 <= traits.registers;
}
static_assert(std::ranges::all_of(all_isas, has_registers));

class multiply_generator : public generator {
public:
    explicit multiply_generator(const multiply_config &config) : generator(config.isa), config_(config) {
        generate();
    }

private:
    void generate() {
        load_arguments();
        start_sums();
        Xbyak::Label next_term, next_step;
        L(next_term);
        mov(steps, ptr[args + offsetof(multiply_args, steps)]);
        align(32);
        L(next_step);
        for (int ic_group = 0; ic_group < ic_groups_per_step; ++ic_group) multiply_ic_group(ic_group);
        advance();
        jnz(next_step, T_NEAR);
        advance_term();
        jnz(next_term, T_NEAR);
        store_sums();
        vzeroupper();
        ret();
        emit_constants();
    }

    void load_arguments() {
        mov(v, ptr[args + offsetof(multiply_args, v)]);
        mov(u, ptr[args + offsetof(multiply_args, u)]);
        mov(m, ptr[args + offsetof(multiply_args, m)]);
        mov(terms, ptr[args + offsetof(multiply_args, terms)]);
        mov(ahead, ptr[args + offsetof(multiply_args, prefetch)]);
        if (config_.biased) mov(initial, ptr[args + offsetof(multiply_args, initial)]);
    }

    // `initial` is added to the sums at their end: modulo 2^32 it is the same, and copies of registers hold
    // up the first products by 32 cycles on a Zen 5. Where a product takes more than one instruction it waits
    // for additions anyway, and copies are cheaper than more of them.
    bool starts_from_initial() const { return config_.biased && !traits().dot_product; }
    bool ends_with_initial() const { return config_.biased && traits().dot_product; }

    void start_sums() {
        for (int n = 0; n < config_.vectors; ++n)
            for (int t = 0; t < config_.tiles; ++t)
                if (!starts_from_initial())
                    set_zero(sum(t, n));
                else if (t == 0)
                    vmovups(sum(t, n), initial_of(n));
                else
                    vmovaps(sum(t, n), sum(0, n));
    }

    // All tiles with the weights of two (four) input channels: a broadcast pair of V against vectors of pairs
    // of U.
    void multiply_ic_group(int ic_group) {
        for (int n = 0; n < config_.vectors; ++n) {
            vmovups(weights(n), ptr[u + (ic_group * config_.vectors + n) * traits().vector_bytes]);
        }
        for (int line = 0; line < config_.prefetch_lines; ++line)
            prefetcht1(ptr[ahead + (ic_group * config_.prefetch_lines + line) * 64]);
        for (int t = 0; t < config_.tiles; ++t) {
            vpbroadcastd(source(t), ptr[v + t * config_.v_tile_stride + ic_group * 4]);
            for (int n = 0; n < config_.vectors; ++n)
                // The source's last product can take its place: one register more for products in flight.
                accumulate(sum(t, n), source(t), weights(n), n + 1 < config_.vectors ? product : source(t));
        }
    }

    void accumulate(const vec &sum, const vec &source, const vec &weights, const vec &scratch) {
        if (config_.bytes)
            multiply_accumulate_bytes(sum, source, weights, scratch);
        else
            multiply_accumulate(sum, weights, source, scratch);
    }

    void advance() {
        add(v, ic_groups_per_step * 4);
        add(u, ic_groups_per_step * config_.vectors * traits().vector_bytes);
        if (config_.prefetch_lines > 0) add(ahead, ic_groups_per_step * config_.prefetch_lines * 64);
        dec(steps);
    }

    void advance_term() {
        add(v, ptr[args + offsetof(multiply_args, v_jump)]);
        add(u, ptr[args + offsetof(multiply_args, u_jump)]);
        dec(terms);
    }

    void store_sums() {
        for (int t = 0; t < config_.tiles; ++t)
            for (int n = 0; n < config_.vectors; ++n) {
                if (ends_with_initial()) vpaddd(sum(t, n), sum(t, n), initial_of(n));
                vmovups(ptr[m + t * config_.m_tile_stride + n * traits().vector_bytes], sum(t, n));
            }
    }

    Xbyak::Address initial_of(int n) { return ptr[initial + n * traits().vector_bytes]; }

    const multiply_config config_;

    const register_tile most_ = register_tile_for(traits().lanes());
    const int sources_ = sources_of(traits());
    const reg v = rsi, u = rdx, m = rcx, steps = r8, ahead = r9, terms = r10, initial = r11;
    vec sum(int t, int n) const { return full(t * config_.vectors + n); }
    vec weights(int n) const { return full(most_.sums() + n); }
    vec source(int t) const { return full(most_.sums() + most_.vectors + t % sources_); }
    const vec product = full(traits().registers - 1);
};

} // namespace

std::string multiply_config::name() const {
    return "multiply_" + std::to_string(tiles) + "x" + std::to_string(vectors) + "_strides"
           + std::to_string(v_tile_stride) + "x" + std::to_string(m_tile_stride) + "_prefetch"
           + std::to_string(prefetch_lines) + (bytes ? "_s8" : "") + (biased ? "_biased" : "") + "_"
           + name_of(isa);
}

std::shared_ptr<const multiply> get_multiply(const multiply_config &config) {
    return get_kernel<multiply, multiply_generator>(config);
}

} // namespace winodnn::jit
