#include "jit/base/generator.hpp"

#include "jit/base/dump.hpp"

namespace winodnn::jit {

namespace {

constexpr std::size_t first_code_bytes = 4096; // grows

} // namespace

generator::generator(winodnn::isa i)
    : Xbyak::CodeGenerator(first_code_bytes, Xbyak::AutoGrow, static_cast<code_pages *>(this)),
      traits_(traits_of(i)) {}

const void *generator::finish(const std::string &kernel_name) {
    ready();
    make_executable();
    dump_code(kernel_name, getCode(), getSize());
    return getCode();
}

generator::vec generator::full(int i) const {
    if (traits_.vector_bytes == 64) return Xbyak::Zmm(i);
    return Xbyak::Ymm(i);
}

void generator::enter(int bytes) {
    push(rbp);
    mov(rbp, rsp);
    sub(rsp, bytes);
    and_(rsp, -64);
}

void generator::leave_and_return() {
    vzeroupper();
    leave();
    ret();
}

Xbyak::Address generator::pooled(std::vector<std::uint32_t> lanes) {
    for (const auto &entry : pool_)
        if (entry->lanes == lanes) return ptr[rip + entry->label];
    pool_.push_back(std::make_unique<pool_entry>());
    pool_.back()->lanes = std::move(lanes);
    return ptr[rip + pool_.back()->label];
}

Xbyak::Address generator::pooled(std::uint32_t bits) {
    return pooled(std::vector<std::uint32_t>(traits_.lanes(), bits));
}

Xbyak::Address generator::constant(float value) {
    return pooled(std::bit_cast<std::uint32_t>(value));
}

Xbyak::Address generator::constant_s32(std::uint32_t value) {
    return pooled(value);
}

Xbyak::Address generator::lane_mask(int lanes) {
    std::vector<std::uint32_t> mask(traits_.lanes(), 0);
    std::fill_n(mask.begin(), lanes, ~0u);
    return pooled(std::move(mask));
}

void generator::emit_constants() {
    for (const auto &entry : pool_) {
        align(64);
        L(entry->label);
        for (const std::uint32_t lane : entry->lanes) dd(lane);
    }
}

void generator::set_zero(const vec &v) {
    // Writing xmm clears the register's upper part too. Only EVEX reaches the upper sixteen registers.
    const vec x = xmm_of(v);
    if (v.getIdx() < 16)
        vpxor(x, x, x);
    else
        vpxord(x, x, x);
}

void generator::multiply_accumulate(
        const vec &sum, const vec &a, const Xbyak::Operand &b, const vec &scratch) {
    if (traits_.dot_product) {
        vpdpwssd(sum, a, b, traits_.masks ? Xbyak::EvexEncoding : Xbyak::VexEncoding);
    } else {
        vpmaddwd(scratch, a, b);
        vpaddd(sum, sum, scratch);
    }
}

void generator::multiply_accumulate_bytes(
        const vec &sum, const vec &unsigned_four, const vec &signed_four, const vec &scratch) {
    if (traits_.dot_product) {
        vpdpbusd(sum, unsigned_four, signed_four, traits_.masks ? Xbyak::EvexEncoding : Xbyak::VexEncoding);
    } else {
        vpmaddubsw(scratch, unsigned_four, signed_four);
        vpmaddwd(scratch, scratch, constant_s32(0x00010001));
        vpaddd(sum, sum, scratch);
    }
}

void generator::store_as_bytes(const Xbyak::Address &to, const vec &from) {
    if (traits_.masks) {
        vpmovwb(to, from);
    } else {
        // In each half by itself: the two low quarters belong together.
        vpackuswb(from, from, from);
        vpermq(Xbyak::Ymm(from.getIdx()), Xbyak::Ymm(from.getIdx()), 0x08);
        vmovups(to, xmm_of(from));
    }
}

void generator::round_to_nearest(const vec &v) {
    if (traits_.masks)
        vrndscaleps(v, v, 0);
    else
        vroundps(v, v, 0);
}

void generator::take_where_negative(const vec &v, const vec &other) {
    if (traits_.masks) {
        vpmovd2m(work_mask, v);
        vmovaps(v | work_mask, other);
    } else {
        vblendvps(v, v, other, v);
    }
}

void generator::prepare_tail(lane_count count, const reg &scratch) {
    if (!traits_.masks) return;
    mov(scratch.cvt32(), (1 << count.lanes) - 1);
    kmovw(tail_mask, scratch.cvt32());
}

} // namespace winodnn::jit
