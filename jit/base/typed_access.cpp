// Vectors of values of any type, in memory, from and to f32 or s32 lanes.
#include "jit/base/generator.hpp"

namespace winodnn::jit {

void generator::load_as_f32(const vec &to, const reg &base, dim offset, data_type type, lane_count count) {
    const auto where = ptr[base + offset];
    if (traits_.masks) {
        const vec masked = count.lanes ? to | tail_mask | T_z : to;
        switch (type) {
            case data_type::u8: vpmovzxbd(masked, where); break;
            case data_type::s8: vpmovsxbd(masked, where); break;
            case data_type::bf16: vpmovzxwd(masked, where); break;
            case data_type::f16: vcvtph2ps(masked, where); break;
            case data_type::s32:
            case data_type::f32: vmovups(masked, where); break;
        }
    } else if (size_of(type) < 4) {
        const int lanes = count.lanes ? count.lanes : traits_.lanes();
        load_bytes(to, base, offset, lanes * static_cast<int>(size_of(type)));
        if (type == data_type::u8) vpmovzxbd(to, xmm_of(to));
        if (type == data_type::s8) vpmovsxbd(to, xmm_of(to));
        if (type == data_type::bf16) vpmovzxwd(to, xmm_of(to));
        if (type == data_type::f16) vcvtph2ps(to, xmm_of(to));
    } else if (count.lanes) {
        vmovups(to, lane_mask(count.lanes));
        vmaskmovps(to, to, where);
    } else {
        vmovups(to, where);
    }
    if (type == data_type::bf16)
        vpslld(to, to, 16);
    else if (type != data_type::f32 && type != data_type::f16)
        vcvtdq2ps(to, to);
}

// NaN becomes the lowest value.
void generator::round_to_integers(const vec &v, data_type type, const vec &highest, const vec &scratch) {
    if (converts_unsigned(type)) {
        // What is too high becomes the highest u32, which saturates when it is narrowed: one instruction less
        // than below, and of those that few ports take.
        set_zero(scratch);
        vmaxps(v, v, scratch);
        vcvtps2udq(v, v);
        return;
    }
    // What is too high saturates in f32, because the conversion would make it 0x80000000, the lowest value.
    // What is too low becomes just that, and saturates when it is narrowed.
    vminps(v, highest, v);
    vcvtps2dq(v, v);
}

void generator::store_lanes(
        const vec &from, const reg &base, dim offset, data_type type, lane_count count, const vec &scratch) {
    switch (size_of(type)) {
        case 1: narrow_to_bytes(from, type, scratch); break;
        case 2: narrow_to_words(from, type, scratch); break;
        default: break;
    }
    const auto where = ptr[base + offset];
    if (traits_.masks) {
        if (size_of(type) == 1 && count.lanes)
            vmovdqu8(where | tail_mask, xmm_of(from));
        else if (size_of(type) == 1)
            vmovups(where, xmm_of(from));
        else if (size_of(type) == 2 && count.lanes)
            vmovdqu16(where | tail_mask, ymm_of(from));
        else if (size_of(type) == 2)
            vmovups(where, ymm_of(from));
        else
            vmovups(count.lanes ? where | tail_mask : where, from);
    } else if (size_of(type) < 4) {
        const int lanes = count.lanes ? count.lanes : traits_.lanes();
        store_bytes(from, base, offset, lanes * static_cast<int>(size_of(type)));
    } else if (count.lanes) {
        vmovups(scratch, lane_mask(count.lanes));
        vmaskmovps(where, scratch, from);
    } else {
        vmovups(where, from);
    }
}

// Integer lanes to bytes that saturate.
void generator::narrow_to_bytes(const vec &v, data_type type, const vec &scratch) {
    if (traits_.masks) {
        // Narrowing in a register first: the forms that store are microcoded on some CPUs.
        if (converts_unsigned(type))
            vpmovusdb(xmm_of(v), v);
        else
            vpmovsdb(xmm_of(v), v);
        return;
    }
    vextracti128(xmm_of(scratch), Xbyak::Ymm(v.getIdx()), 1);
    vpackssdw(xmm_of(v), xmm_of(v), xmm_of(scratch));
    if (type == data_type::u8)
        vpackuswb(xmm_of(v), xmm_of(v), xmm_of(v));
    else
        vpacksswb(xmm_of(v), xmm_of(v), xmm_of(v));
}

// f32 lanes to 16-bit floats, to nearest, ties to even.
void generator::narrow_to_words(const vec &v, data_type type, const vec &scratch) {
    if (type == data_type::f16) {
        if (traits_.masks)
            vcvtps2ph(ymm_of(v), v, 0);
        else
            vcvtps2ph(xmm_of(v), ymm_of(v), 0);
        return;
    }
    // The upper half, plus one if the lower half is more than half of it, or just half and the upper is odd.
    // A NaN with a large mantissa would overflow into the sign, and so loses its last bits first.
    vpminsd(v, v, constant_s32(0x7fff7fff));
    vpminud(v, v, constant_s32(0xffff7fff));
    vpsrld(scratch, v, 16);
    if (traits_.masks)
        vpandd(scratch, scratch, constant_s32(1));
    else
        vpand(scratch, scratch, constant_s32(1));
    vpaddd(v, v, scratch);
    vpaddd(v, v, constant_s32(0x7fff));
    vpsrld(v, v, 16);
    if (traits_.masks) {
        vpmovdw(ymm_of(v), v);
    } else {
        vextracti128(xmm_of(scratch), Xbyak::Ymm(v.getIdx()), 1);
        vpackusdw(xmm_of(v), xmm_of(v), xmm_of(scratch));
    }
}

// AVX2 has no byte masks: 8, 4, 2 and 1 bytes at a time, never one beyond.
void generator::load_bytes(const vec &to, const reg &base, dim offset, int bytes) {
    const vec x = xmm_of(to);
    if (bytes == 16) {
        vmovups(x, ptr[base + offset]);
        return;
    }
    int done = bytes & 8;
    if (done != 0)
        vmovq(x, ptr[base + offset]);
    else
        set_zero(to);
    if (bytes & 4) {
        vpinsrd(x, x, ptr[base + offset + done], done / 4);
        done += 4;
    }
    if (bytes & 2) {
        vpinsrw(x, x, ptr[base + offset + done], done / 2);
        done += 2;
    }
    if (bytes & 1) vpinsrb(x, x, ptr[base + offset + done], done);
}

void generator::store_bytes(const vec &from, const reg &base, dim offset, int bytes) {
    const vec x = xmm_of(from);
    if (bytes == 16) {
        vmovups(ptr[base + offset], x);
        return;
    }
    int done = bytes & 8;
    if (done != 0) vmovq(ptr[base + offset], x);
    if (bytes & 4) {
        vpextrd(ptr[base + offset + done], x, done / 4);
        done += 4;
    }
    if (bytes & 2) {
        vpextrw(ptr[base + offset + done], x, done / 2);
        done += 2;
    }
    if (bytes & 1) vpextrb(ptr[base + offset + done], x, done);
}

} // namespace winodnn::jit
