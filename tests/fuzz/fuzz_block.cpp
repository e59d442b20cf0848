// libFuzzer's target: packed blocks by somebody who knows the format. Fields of the headers and the payload
// are altered, checksums are right, and the block is unpacked, packed for another convolution and executed.
// What comes of it is a status or numbers; every buffer lies next to an unmapped page, so that generated code
// cannot leave them unnoticed.
#include "fuzz/input.hpp"

#include "winodnn/winodnn.h"

#include "provider/objects/memory_desc.hpp"
#include "support/altered_block.hpp"
#include "support/guarded_buffer.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <string>
#include <unistd.h>

namespace winodnn::fuzz {
namespace {

using testing::altered_group;
using testing::guarded_buffer;

void require_success(dnnl_status_t status) {
    if (status != dnnl_success) std::abort();
}

void require_calibrating(int result) {
    if (result == 0) return;
    std::fprintf(stderr, "%s\n", winodnn_calibration_error());
    std::abort();
}

// Blocks and what they say are the program's; nothing else is wrong here.
void expect_status(dnnl_status_t status) {
    if (status != dnnl_success && status != dnnl_invalid_arguments) std::abort();
}

dnnl_engine_t cpu() {
    static const dnnl_engine_t engine = [] {
        dnnl_engine_t created = nullptr;
        require_success(dnnl_engine_create(&created, dnnl_cpu, 0));
        return created;
    }();
    return engine;
}

dnnl_stream_t stream() {
    static const dnnl_stream_t created = [] {
        dnnl_stream_t s = nullptr;
        require_success(dnnl_stream_create(&s, cpu(), dnnl_stream_default_flags));
        return s;
    }();
    return created;
}

dnnl_memory_desc_t make_desc(
        const std::vector<dnnl_dim_t> &dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t desc = nullptr;
    require_success(dnnl_memory_desc_create_with_tag(&desc, int(dims.size()), dims.data(), type, tag));
    return desc;
}

// Memories in guarded buffers, for one execution.
class arguments {
public:
    ~arguments() {
        for (const dnnl_exec_arg_t &arg : list) dnnl_memory_destroy(arg.memory);
    }
    std::byte *add(int arg, const_dnnl_memory_desc_t desc, testing::guard side) {
        const std::size_t bytes = dnnl_memory_desc_get_size(desc);
        std::byte *data = buffers_.emplace_back(bytes, side).data();
        dnnl_memory_t memory = nullptr;
        require_success(dnnl_memory_create(&memory, desc, cpu(), data));
        list.push_back({arg, memory});
        return data;
    }
    dnnl_status_t execute(const_dnnl_primitive_t primitive) const {
        const dnnl_status_t status =
                dnnl_primitive_execute(primitive, stream(), int(list.size()), list.data());
        require_success(dnnl_stream_wait(stream()));
        return status;
    }

    std::vector<dnnl_exec_arg_t> list;

private:
    std::list<guarded_buffer> buffers_;
};

struct shape {
    dnnl_dim_t groups, ic, oc, ih, iw; // of one group
    dnnl_data_type_t src = dnnl_u8;
    bool zero_point = false;
};

// A convolution with its packed weights as they should be. Lives as long as the process.
class layer {
public:
    explicit layer(const shape &s)
        : shape_(s), convolution_(describe()), zero_point_(make_desc({1}, dnnl_s32, dnnl_a)) {
        require_success(dnnl_primitive_create(&primitive_, convolution_));
        const std::optional<weights_layout> known = packed_layout(packed_desc());
        if (!known) std::abort(); // another implementation's
        layout_ = *known;
        plain_ = make_desc(dims_of(layout_), dnnl_s8, s.groups == 0 ? dnnl_abcd : dnnl_abcde);
        pack_ = reorder(plain_, packed_desc());
        unpack_ = reorder(packed_desc(), plain_);
        arguments args;
        std::byte *weights = args.add(DNNL_ARG_FROM, plain_, testing::guard::after);
        for (std::size_t n = 0; n < dnnl_memory_desc_get_size(plain_); ++n) weights[n] = std::byte(n * n * 7);
        const std::byte *block = args.add(DNNL_ARG_TO, packed_desc(), testing::guard::after);
        require_success(args.execute(pack_));
        block_.assign(block, block + dnnl_memory_desc_get_size(packed_desc()));
    }

    const weights_layout &layout() const { return layout_; }
    const std::vector<std::byte> &block() const { return block_; }
    const_dnnl_memory_desc_t packed_desc() const { return md(dnnl_query_weights_md); }

    void unpack(const std::vector<std::byte> &block, testing::guard side) const {
        arguments args;
        std::ranges::copy(block, args.add(DNNL_ARG_FROM, packed_desc(), side));
        args.add(DNNL_ARG_TO, plain_, side);
        expect_status(args.execute(unpack_));
    }

    dnnl_status_t execute(
            const std::vector<std::byte> &block, std::int32_t zero_point, testing::guard side) const {
        arguments args;
        args.add(DNNL_ARG_SRC, md(dnnl_query_src_md), side);
        std::ranges::copy(block, args.add(DNNL_ARG_WEIGHTS, packed_desc(), side));
        args.add(DNNL_ARG_DST, md(dnnl_query_dst_md), side);
        args.add(DNNL_ARG_SCRATCHPAD, md(dnnl_query_scratchpad_md), side);
        if (shape_.zero_point) {
            std::byte *value = args.add(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, zero_point_, side);
            std::memcpy(value, &zero_point, sizeof zero_point);
        }
        return args.execute(primitive_);
    }

    static dnnl_primitive_t reorder(const_dnnl_memory_desc_t from, const_dnnl_memory_desc_t to) {
        dnnl_primitive_desc_t desc = nullptr;
        dnnl_primitive_t created = nullptr;
        require_success(dnnl_reorder_primitive_desc_create(&desc, from, cpu(), to, cpu(), nullptr));
        require_success(dnnl_primitive_create(&created, desc));
        dnnl_primitive_desc_destroy(desc);
        return created;
    }

private:
    const_dnnl_memory_desc_t md(dnnl_query_t what) const {
        return dnnl_primitive_desc_query_md(convolution_, what, 0);
    }

    dnnl_primitive_desc_t describe() const {
        const shape &s = shape_;
        const dnnl_dim_t groups = std::max<dnnl_dim_t>(s.groups, 1);
        std::vector<dnnl_dim_t> kernel {s.oc, s.ic, 3, 3};
        if (s.groups != 0) kernel.insert(kernel.begin(), s.groups);
        const dnnl_memory_desc_t src = make_desc({1, groups * s.ic, s.ih, s.iw}, s.src, dnnl_acdb),
                                 weights = make_desc(kernel, dnnl_s8, dnnl_format_tag_any),
                                 dst = make_desc({1, groups * s.oc, s.ih, s.iw}, dnnl_f32, dnnl_acdb);
        dnnl_primitive_attr_t attr = nullptr;
        require_success(dnnl_primitive_attr_create(&attr));
        require_success(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
        if (s.zero_point) require_success(dnnl_primitive_attr_set_zero_points_mask(attr, DNNL_ARG_SRC, 0));
        const dnnl_dims_t ones {1, 1};
        dnnl_primitive_desc_t created = nullptr;
        require_success(dnnl_convolution_forward_primitive_desc_create(&created, cpu(),
                dnnl_forward_inference, dnnl_convolution_winograd, src, weights, nullptr, dst, ones, nullptr,
                ones, ones, attr));
        dnnl_primitive_attr_destroy(attr);
        for (const dnnl_memory_desc_t desc : {src, weights, dst}) dnnl_memory_desc_destroy(desc);
        return created;
    }

    shape shape_;
    dnnl_primitive_desc_t convolution_;
    dnnl_memory_desc_t zero_point_, plain_ = nullptr;
    dnnl_primitive_t primitive_ = nullptr, pack_ = nullptr, unpack_ = nullptr;
    weights_layout layout_;
    std::vector<std::byte> block_;
};

constexpr shape shapes[] = {{0, 24, 20, 6, 7}, {2, 17, 35, 5, 5, dnnl_s8}, {0, 33, 70, 9, 8, dnnl_u8, true}};
constexpr shape that_can_be_split {0, 520, 16, 4, 4};

// Each shape exactly, and by a calibration in 8 and in 16 bits.
const std::vector<layer> &layers() {
    static const std::vector<layer> &all = *[] {
        auto *made = new std::vector<layer>;
        for (const shape &s : shapes) made->emplace_back(s);
        const std::string file =
                std::filesystem::temp_directory_path() / ("fuzz_block." + std::to_string(getpid()));
        require_calibrating(winodnn_calibration_start(nullptr));
        for (const layer &l : *made) require_success(l.execute(l.block(), 7, testing::guard::after));
        require_calibrating(winodnn_calibration_write(file.c_str()));
        for (const double target : {-1000., 35.}) {
            require_calibrating(winodnn_calibration_use(file.c_str(), target));
            for (const shape &s : shapes) made->emplace_back(s);
        }
        std::filesystem::remove(file);
        made->emplace_back(that_can_be_split);
        return made;
    }();
    return all;
}

template <typename T>
T altered(input &in, T value) {
    switch (in.pick(6)) {
        case 0: // fields at either end wrap around
            return T(std::uint64_t(value) + std::uint64_t(in.any_of<std::int64_t>({1, -1, 8, -8, 16, -16})));
        case 1: return T(value ^ T(T {1} << in.pick(8 * sizeof(T))));
        case 2:
            return T(in.any_of<std::int64_t>(
                    {0, 1, 2, 8, -1, -8, std::int64_t {1} << 31, std::int64_t {1} << 35,
                            std::int64_t {1} << 36, std::numeric_limits<std::int64_t>::max()}));
        case 3: return T(in.byte());
        case 4: return T(in.byte() * 8);
        default:
            for (unsigned n = 0; n < sizeof(T); ++n) value = T(value << 8 | T(in.byte()));
            return value;
    }
}

void alter(altered_group &group, const weights_layout &layout, input &in) {
    group_header &h = group.header;
    const std::size_t capacity = layout.part_capacity();
    switch (in.pick(14)) {
        case 0: h.magic = altered(in, h.magic); break;
        case 1: h.version = altered(in, h.version); break;
        case 2: h.parts = altered(in, h.parts); break;
        case 3: {
            std::int64_t &field = h.layout[in.pick(4)];
            field = altered(in, field);
            break;
        }
        case 4: h.number_system = altered(in, h.number_system); break;
        case 5: {
            std::uint64_t &word = h.components[in.pick(std::uint32_t(h.components.size()))];
            word = altered(in, word);
            break;
        }
        case 6: h.identity = altered(in, h.identity); break;
        case 7: h.largest_sum = altered(in, h.largest_sum); break;
        case 8: { // other numbers, and all that has to be so with them
            h.number_system = in.pick(3);
            component_set::words wide {};
            for (std::uint64_t &word : wide) word = altered(in, word);
            h.components = h.number_system == 0
                                   ? component_set::words {}
                                   : (component_set(wide) & all_components(layout.shape())).bits();
            group.set_size();
            h.parts = 1;
            group.set_end(0, std::uint32_t(layout.padded_ic()));
            break;
        }
        case 9: group.set_size(); break;
        case 10: { // parts in order
            std::uint32_t end = 0, count = 0;
            while (end < layout.padded_ic() && count < capacity) {
                end = std::uint32_t(std::min<dim>(end + 8 * (1 + in.pick(9)), layout.padded_ic()));
                group.set_end(count++, end);
            }
            h.parts = count;
            break;
        }
        case 11: {
            const std::size_t part = in.byte() % capacity;
            group.set_end(part, altered(in, group.end_of(part)));
            break;
        }
        default: {
            const std::size_t bytes = layout.payload_bytes(),
                              at = (in.byte() * 65536 + in.byte() * 256 + in.byte()) % bytes;
            std::memset(group.payload() + at, int(in.byte()),
                    std::min<std::size_t>(1 + in.pick(200), bytes - at));
        }
    }
}

} // namespace

void run(input &in) {
    const std::vector<layer> &all = layers();
    const layer &l = all[in.pick(unsigned(all.size()))];
    std::vector<std::byte> block = l.block();
    const testing::guard side = in.one_in(2) ? testing::guard::before : testing::guard::after;
    for (dim g = 0; g < l.layout().group_count(); ++g) {
        altered_group group(l.layout(), block.data(), g);
        for (unsigned n = in.pick(5); n > 0; --n) alter(group, l.layout(), in);
        if (in.one_in(20)) // a checksum that is not right
            group.header.payload_checksum = altered(in, group.header.payload_checksum), group.seal_header();
        else
            group.seal();
    }
    l.unpack(block, side);
    expect_status(l.execute(block, in.any_of({7, 7, 0, -2, 300, 100000}), side));
}
} // namespace winodnn::fuzz

// Calibrating takes longer than a unit may.
extern "C" int LLVMFuzzerInitialize(int *, char ***) {
    winodnn::fuzz::layers();
    return 0;
}
