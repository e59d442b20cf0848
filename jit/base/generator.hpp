// The base of all kernel generators: code memory, vector registers by ISA, and the few operations whose
// instructions differ between ISAs.
#pragma once

#include "isa/isa_traits.hpp"
#include "jit/base/code_pages.hpp"
#include "problem/problem.hpp"

#include <xbyak/xbyak.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace winodnn::jit {

// How many of a vector's 32-bit lanes an access to memory may touch.
struct lane_count {
    int lanes = 0; // 0: all of them
};

// All of it throws std::bad_alloc when there is no memory for code.
class generator : private code_pages, public Xbyak::CodeGenerator {
public:
    explicit generator(winodnn::isa i);

    const isa_traits &traits() const { return traits_; }

    // Resolves labels, and makes the pages executable: they were writable until here and never are again.
    const void *finish(const std::string &kernel_name);

    using reg = Xbyak::Reg64;
    using vec = Xbyak::Xmm; // of any width

    // Register number i at the ISA's full width, or at 32 bytes.
    vec full(int i) const;
    static vec ymm_of(const vec &v) { return Xbyak::Ymm(v.getIdx()); }
    static vec xmm_of(const vec &v) { return Xbyak::Xmm(v.getIdx()); }

    // A vector with this value in every lane, in the kernel's constant pool: an operand for any instruction.
    Xbyak::Address constant(float value);
    Xbyak::Address constant_s32(std::uint32_t value);
    void set_zero(const vec &v);
    // sum += dot products of s16 pairs, modulo 2^32. `scratch` is changed on ISAs without vpdpwssd.
    void multiply_accumulate(const vec &sum, const vec &a, const Xbyak::Operand &b, const vec &scratch);
    // sum += dot products of fours of u8 and s8. Without vpdpbusd exact only if those of pairs fit 16 bits.
    // `scratch` is changed there, and may be `unsigned_four`.
    void multiply_accumulate_bytes(
            const vec &sum, const vec &unsigned_four, const vec &signed_four, const vec &scratch);
    // s16 lanes, each of which is 0 .. 255. `from` is changed.
    void store_as_bytes(const Xbyak::Address &to, const vec &from);
    void round_to_nearest(const vec &v); // f32, ties to even
    // v = v < 0 ? other : v
    void take_where_negative(const vec &v, const vec &other);

    // Tails: prepare_tail once before accesses with that count.
    void prepare_tail(lane_count count, const reg &scratch);
    void load_as_f32(const vec &to, const reg &base, dim offset, data_type type, lane_count count);
    // f32 lanes to the integers that store_lanes wants for this type. `highest` is the largest f32 that the
    // type holds; `scratch` is changed.
    void round_to_integers(const vec &v, data_type type, const vec &highest, const vec &scratch);
    // Lanes are f32 for f32 and its halves, else integers, which saturate to the type: s32, but for u8 with
    // masks u32. `from` and `scratch` are changed.
    void store_lanes(const vec &from, const reg &base, dim offset, data_type type, lane_count count,
            const vec &scratch);

protected:
    // The System V argument of all kernels: a pointer to their Args.
    const reg args = rdi;
    // A frame with `bytes` of 64-byte aligned space at rsp, and its end, which returns.
    void enter(int bytes);
    void leave_and_return();
    void emit_constants(); // once, behind the code

private:
    // With masks.
    const Xbyak::Opmask tail_mask = k1, work_mask = k2;

    Xbyak::Address pooled(std::uint32_t bits);
    Xbyak::Address lane_mask(int lanes); // without masks: all-ones in the first lanes
    bool converts_unsigned(data_type type) const { return traits_.masks && type == data_type::u8; }
    void narrow_to_bytes(const vec &v, data_type type, const vec &scratch);
    void narrow_to_words(const vec &v, data_type type, const vec &scratch);
    void load_bytes(const vec &to, const reg &base, dim offset, int bytes);
    void store_bytes(const vec &from, const reg &base, dim offset, int bytes);

    isa_traits traits_;
    struct pool_entry {
        std::vector<std::uint32_t> lanes;
        Xbyak::Label label;
    };
    Xbyak::Address pooled(std::vector<std::uint32_t> lanes);
    std::vector<std::unique_ptr<pool_entry>> pool_;
};

} // namespace winodnn::jit
