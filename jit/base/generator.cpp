#include "jit/base/generator.hpp"

#include "jit/base/dump.hpp"

namespace winodnn::jit {

namespace {

constexpr std::size_t first_code_bytes = 4096; // grows

} // namespace

// AutoGrow memory is mapped writable; ready() makes it readable and executable instead.
generator::generator(winodnn::isa i)
    : Xbyak::CodeGenerator(first_code_bytes, Xbyak::AutoGrow), traits_(traits_of(i)) {}

const void *generator::finish(const std::string &kernel_name) {
    ready(Xbyak::CodeArray::PROTECT_RE);
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

void generator::load_as_f32(const vec &to, const reg &base, dim offset, data_type type, lane_count count) {
    const bool bytes = size_of(type) == 1;
    if (traits_.masks) {
        const auto where = ptr[base + offset];
        const vec masked = count.lanes ? to | tail_mask | T_z : to;
        if (type == data_type::u8) vpmovzxbd(masked, where);
        if (type == data_type::s8) vpmovsxbd(masked, where);
        if (!bytes) vmovups(masked, where);
    } else if (bytes) {
        load_bytes(to, base, offset, count.lanes ? count.lanes : traits_.lanes());
        if (type == data_type::u8)
            vpmovzxbd(to, xmm_of(to));
        else
            vpmovsxbd(to, xmm_of(to));
    } else if (count.lanes) {
        vmovups(to, lane_mask(count.lanes));
        vmaskmovps(to, to, ptr[base + offset]);
    } else {
        vmovups(to, ptr[base + offset]);
    }
    if (type != data_type::f32) vcvtdq2ps(to, to);
}

void generator::store_lanes(
        const vec &from, const reg &base, dim offset, data_type type, lane_count count, const vec &scratch) {
    const auto where = ptr[base + offset];
    const bool bytes = size_of(type) == 1;
    if (traits_.masks) {
        if (bytes) {
            // Narrowing in a register first: the forms that store are microcoded on some CPUs.
            if (type == data_type::u8) {
                set_zero(scratch);
                vpmaxsd(from, from, scratch); // vpmovusdb takes its source for unsigned
                vpmovusdb(xmm_of(from), from);
            } else {
                vpmovsdb(xmm_of(from), from);
            }
            if (count.lanes)
                vmovdqu8(where | tail_mask, xmm_of(from));
            else
                vmovups(where, xmm_of(from));
        } else {
            vmovups(count.lanes ? where | tail_mask : where, from);
        }
    } else if (bytes) {
        vextracti128(xmm_of(scratch), Xbyak::Ymm(from.getIdx()), 1);
        vpackssdw(xmm_of(from), xmm_of(from), xmm_of(scratch));
        if (type == data_type::u8)
            vpackuswb(xmm_of(from), xmm_of(from), xmm_of(from));
        else
            vpacksswb(xmm_of(from), xmm_of(from), xmm_of(from));
        store_bytes(from, base, offset, count.lanes ? count.lanes : traits_.lanes());
    } else if (count.lanes) {
        vmovups(scratch, lane_mask(count.lanes));
        vmaskmovps(where, scratch, from);
    } else {
        vmovups(where, from);
    }
}

// AVX2 has no byte masks: 4, 2 and 1 bytes at a time, never one beyond.
void generator::load_bytes(const vec &to, const reg &base, dim offset, int bytes) {
    const vec x = xmm_of(to);
    if (bytes == 8) {
        vmovq(x, ptr[base + offset]);
        return;
    }
    set_zero(to);
    int done = 0;
    if (bytes & 4) {
        vpinsrd(x, x, ptr[base + offset], 0);
        done = 4;
    }
    if (bytes & 2) {
        vpinsrw(x, x, ptr[base + offset + done], done / 2);
        done += 2;
    }
    if (bytes & 1) vpinsrb(x, x, ptr[base + offset + done], done);
}

void generator::store_bytes(const vec &from, const reg &base, dim offset, int bytes) {
    const vec x = xmm_of(from);
    if (bytes == 8) {
        vmovq(ptr[base + offset], x);
        return;
    }
    int done = 0;
    if (bytes & 4) {
        vpextrd(ptr[base + offset], x, 0);
        done = 4;
    }
    if (bytes & 2) {
        vpextrw(ptr[base + offset + done], x, done / 2);
        done += 2;
    }
    if (bytes & 1) vpextrb(ptr[base + offset + done], x, done);
}

} // namespace winodnn::jit
