// Every function that winodnn exports, where it gets no memory: the n-th allocation of winodnn's own fails,
// for every n, each in a process that has not used winodnn yet. The function ends with a status, and
// afterwards everything works as ever.
#include "support/failing_allocations.hpp"

#include "oneapi/dnnl/dnnl.h"
#include "winodnn/winodnn.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace winodnn::testing {
namespace {

constexpr dnnl_dim_t channels = 32, size = 8;

struct shape {
    dnnl_dim_t kernel = 3, stride = 1;
    dnnl_alg_kind_t algorithm = dnnl_convolution_winograd;
};

// What a test works with; destroyed with it.
struct objects {
    dnnl_engine_t engine = nullptr;
    dnnl_stream_t stream = nullptr;
    dnnl_primitive_attr_t attr = nullptr;
    std::vector<dnnl_memory_desc_t> descs;
    std::vector<dnnl_memory_t> memories;
    std::vector<dnnl_primitive_desc_t> primitive_descs;
    std::vector<dnnl_primitive_t> primitives;

    objects() {
        dnnl_engine_create(&engine, dnnl_cpu, 0);
        dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    }
    ~objects() {
        for (auto p : primitives) dnnl_primitive_destroy(p);
        for (auto p : primitive_descs) dnnl_primitive_desc_destroy(p);
        for (auto m : memories) dnnl_memory_destroy(m);
        for (auto d : descs) dnnl_memory_desc_destroy(d);
        dnnl_primitive_attr_destroy(attr);
        dnnl_stream_destroy(stream);
        dnnl_engine_destroy(engine);
    }
    objects(const objects &) = delete;
    objects &operator=(const objects &) = delete;

    dnnl_memory_desc_t desc(std::vector<dnnl_dim_t> dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
        dnnl_memory_desc_t made = nullptr;
        dnnl_memory_desc_create_with_tag(&made, int(dims.size()), dims.data(), type, tag);
        return descs.emplace_back(made);
    }
    dnnl_memory_t memory(const_dnnl_memory_desc_t of) {
        dnnl_memory_t made = nullptr;
        dnnl_memory_create(&made, of, engine, DNNL_MEMORY_ALLOCATE);
        void *data = nullptr;
        dnnl_memory_get_data_handle(made, &data);
        std::memset(data, 1, dnnl_memory_desc_get_size(of));
        return memories.emplace_back(made);
    }
    dnnl_status_t make_attr() {
        if (attr != nullptr) return dnnl_success;
        const dnnl_status_t status = dnnl_primitive_attr_create(&attr);
        return status == dnnl_success ? dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_SRC, 0) : status;
    }
    dnnl_status_t make_convolution(const shape &s) {
        const dnnl_dim_t strides[] = {s.stride, s.stride}, none[] = {0, 0};
        const dnnl_dim_t padding[] = {s.kernel / 2, s.kernel / 2};
        const dnnl_dim_t out = (size - 1) / s.stride + 1;
        dnnl_primitive_desc_t made = nullptr;
        const dnnl_status_t status =
                dnnl_convolution_forward_primitive_desc_create(&made, engine, dnnl_forward_inference,
                        s.algorithm, desc({1, channels, size, size}, dnnl_u8, dnnl_format_tag_any),
                        desc({channels, channels, s.kernel, s.kernel}, dnnl_s8, dnnl_format_tag_any), nullptr,
                        desc({1, channels, out, out}, dnnl_u8, dnnl_format_tag_any), strides, none, padding,
                        padding, attr);
        if (status == dnnl_success) primitive_descs.push_back(made);
        return status;
    }
    dnnl_status_t make_reorder(const_dnnl_memory_desc_t from, const_dnnl_memory_desc_t to) {
        dnnl_primitive_desc_t made = nullptr;
        const dnnl_status_t status =
                dnnl_reorder_primitive_desc_create(&made, from, engine, to, engine, nullptr);
        if (status == dnnl_success) primitive_descs.push_back(made);
        return status;
    }
    dnnl_status_t make_primitive() {
        dnnl_primitive_t made = nullptr;
        const dnnl_status_t status = dnnl_primitive_create(&made, primitive_descs.back());
        if (status == dnnl_success) primitives.push_back(made);
        return status;
    }
    const_dnnl_memory_desc_t query(dnnl_query_t what) const {
        return dnnl_primitive_desc_query_md(primitive_descs.front(), what, 0);
    }
    dnnl_status_t execute(std::vector<dnnl_exec_arg_t> args) const {
        return dnnl_primitive_execute(primitives.back(), stream, int(args.size()), args.data());
    }
};

void expect(bool holds) {
    if (!holds) _exit(3);
}

// Everything from the beginning, computed right.
void compute(objects &o) {
    expect(o.make_attr() == dnnl_success && o.make_convolution({}) == dnnl_success
            && o.make_primitive() == dnnl_success);
    const char *name = nullptr;
    expect(dnnl_primitive_desc_query(o.primitive_descs.front(), dnnl_query_impl_info_str, 0, &name)
                    == dnnl_success
            && std::strncmp(name, "wino:", 5) == 0);
    const dnnl_memory_t src = o.memory(o.query(dnnl_query_src_md)),
                        weights = o.memory(o.query(dnnl_query_weights_md)),
                        dst = o.memory(o.query(dnnl_query_dst_md)),
                        scale = o.memory(o.desc({1}, dnnl_f32, dnnl_a));
    void *data = nullptr;
    dnnl_memory_get_data_handle(scale, &data);
    *static_cast<float *>(data) = 0.25f;
    const dnnl_memory_t plain = o.memory(o.desc({channels, channels, 3, 3}, dnnl_s8, dnnl_abcd));
    const dnnl_primitive_t convolution = o.primitives.back();
    expect(o.make_reorder(o.descs.back(), o.query(dnnl_query_weights_md)) == dnnl_success
            && o.make_primitive() == dnnl_success
            && o.execute({{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, weights}}) == dnnl_success);
    o.primitives.push_back(convolution);
    const dnnl_status_t status = o.execute({{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, weights},
            {DNNL_ARG_DST, dst}, {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scale}});
    o.primitives.pop_back();
    expect(status == dnnl_success);
    dnnl_memory_get_data_handle(dst, &data);
    // In NHWC: a corner has 2x2 pixels of the kernel, its neighbour 2x3.
    const auto *values = static_cast<const std::uint8_t *>(data);
    expect(values[0] == channels * 4 / 4 && values[channels] == channels * 6 / 4);
}

// The part that memory fails in, as a program calls it: what an earlier call has failed to make is not used.
struct scenario {
    const char *name;
    std::function<void(objects &)> prepare;
    std::function<dnnl_status_t(objects &)> run;
};

constexpr int not_reached = 10, survived = 0;

// In a child. What it ends with says what became of it.
int with_failure(const scenario &s, int n) {
    {
        objects o;
        s.prepare(o);
        fail_allocation_after(n);
        const dnnl_status_t status = s.run(o);
        if (!an_allocation_failed()) return status == dnnl_success ? not_reached : 4;
        if (status != dnnl_success && status != dnnl_out_of_memory) return 5;
        if (s.run(o) != dnnl_success) return 6; // the next time there is memory
    }
    objects fresh;
    compute(fresh);
    return survived;
}

template <typename Work>
int in_child(const Work &work) {
    const pid_t child = fork();
    if (child == 0) {
        if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(2); // verbose lines
        int result = 9;
        try {
            result = work();
        } catch (...) { // came out of a C function
        }
        std::exit(result); // where the sanitizers look for leaks, as they would not with _exit
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int allocations_of(const scenario &s) {
    int ends[2];
    if (pipe(ends) != 0) return -1;
    const int result = in_child([&] {
        objects o;
        s.prepare(o);
        fail_allocation_after(1'000'000);
        expect(s.run(o) == dnnl_success);
        const int count = allocations_seen();
        return write(ends[1], &count, sizeof(count)) == sizeof(count) ? 0 : 1;
    });
    int count = -1;
    if (result == 0 && read(ends[0], &count, sizeof(count)) != sizeof(count)) count = -1;
    close(ends[0]);
    close(ends[1]);
    return count;
}

void nothing(objects &) {}

// For functions that give no status.
dnnl_status_t ok_if(bool holds) {
    return holds ? dnnl_success : dnnl_runtime_error;
}

dnnl_status_t use_attributes(objects &) {
    dnnl_primitive_attr_t attr = nullptr, copy = nullptr;
    dnnl_status_t status = dnnl_primitive_attr_create(&attr);
    if (status != dnnl_success) return status;
    for (const int arg : {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST})
        if (status == dnnl_success) status = dnnl_primitive_attr_set_scales_mask(attr, arg, 0);
    if (status == dnnl_success) status = dnnl_primitive_attr_set_zero_points_mask(attr, DNNL_ARG_SRC, 0);
    if (status == dnnl_success) status = dnnl_primitive_attr_clone(&copy, attr);
    dnnl_primitive_attr_destroy(copy);
    dnnl_primitive_attr_destroy(attr);
    return status;
}

// What was not noted in full is not used: it would be computed with what is known of it alone.
dnnl_status_t set_attributes_and_create(objects &o) {
    if (const dnnl_status_t status = o.make_attr(); status != dnnl_success) return status;
    const dnnl_status_t status = o.make_convolution({.algorithm = dnnl_convolution_direct});
    if (status != dnnl_success) return status;
    const_dnnl_primitive_attr_t kept = nullptr;
    return dnnl_primitive_desc_get_attr(o.primitive_descs.back(), &kept);
}

dnnl_status_t create_and_query(objects &o) {
    if (const dnnl_status_t status = o.make_convolution({}); status != dnnl_success) return status;
    const const_dnnl_primitive_desc_t made = o.primitive_descs.back();
    const char *name = nullptr;
    dnnl_status_t status = dnnl_primitive_desc_query(made, dnnl_query_impl_info_str, 0, &name);
    if (status != dnnl_success) return status;
    const bool complete = dnnl_primitive_desc_query_md(made, dnnl_query_weights_md, 0) != nullptr
                          && dnnl_primitive_desc_query_md(made, dnnl_query_src_md, 0) != nullptr
                          && dnnl_primitive_desc_query_s32(made, dnnl_query_num_of_inputs_s32, 0) == 2;
    dnnl_primitive_desc_t clone = nullptr;
    status = dnnl_primitive_desc_clone(&clone, made);
    if (status != dnnl_success) return status;
    o.primitive_descs.push_back(clone);
    const dnnl_status_t next = dnnl_primitive_desc_next_impl(o.primitive_descs.front());
    return next == dnnl_success ? ok_if(complete) : next;
}

void prepare_convolution(objects &o) {
    expect(o.make_convolution({}) == dnnl_success);
}

dnnl_status_t refuse(objects &o, dnnl_status_t status, dnnl_primitive_desc_t made) {
    if (status == dnnl_success) o.primitive_descs.push_back(made);
    return status == dnnl_unimplemented ? dnnl_success : status == dnnl_success ? dnnl_runtime_error : status;
}

dnnl_status_t refuse_packed(objects &o) {
    dnnl_primitive_desc_t made = nullptr;
    const const_dnnl_memory_desc_t packed = o.query(dnnl_query_weights_md);
    const dnnl_status_t status = dnnl_eltwise_forward_primitive_desc_create(
            &made, o.engine, dnnl_forward_inference, dnnl_eltwise_relu, packed, packed, 0.f, 0.f, nullptr);
    if (status != dnnl_unimplemented) return refuse(o, status, made);
    const dnnl_status_t concatenated =
            dnnl_concat_primitive_desc_create(&made, o.engine, nullptr, 1, 0, &packed, nullptr);
    if (concatenated != dnnl_unimplemented) return refuse(o, concatenated, made);
    const int order[] = {1, 0, 2, 3};
    dnnl_memory_desc_t turned = nullptr;
    return refuse(o, dnnl_memory_desc_permute_axes(&turned, packed, order), nullptr);
}

dnnl_status_t forward_others(objects &o) {
    const auto plain = o.desc({channels, channels, 3, 3}, dnnl_s8, dnnl_abcd);
    dnnl_primitive_desc_t made = nullptr;
    const dnnl_status_t status = dnnl_eltwise_forward_primitive_desc_create(
            &made, o.engine, dnnl_forward_inference, dnnl_eltwise_relu, plain, plain, 0.f, 0.f, nullptr);
    if (status != dnnl_success) return status;
    o.primitive_descs.push_back(made);
    return o.make_reorder(plain, o.desc({channels, channels, 3, 3}, dnnl_s8, dnnl_acdb));
}

void prepare_packing(objects &o) {
    prepare_convolution(o);
    o.memory(o.query(dnnl_query_weights_md));
    o.memory(o.desc({channels, channels, 3, 3}, dnnl_f32, dnnl_abcd));
}

dnnl_status_t pack(objects &o) {
    dnnl_status_t status = o.make_reorder(o.descs.back(), o.query(dnnl_query_weights_md));
    if (status == dnnl_success) status = o.make_primitive();
    if (status != dnnl_success) return status;
    return o.execute({{DNNL_ARG_FROM, o.memories[1]}, {DNNL_ARG_TO, o.memories[0]}});
}

void prepare_execution(objects &o) {
    prepare_packing(o);
    expect(pack(o) == dnnl_success);
    o.memory(o.query(dnnl_query_src_md));
    o.memory(o.query(dnnl_query_dst_md));
    std::swap(o.primitive_descs.front(), o.primitive_descs.back());
    expect(o.make_primitive() == dnnl_success);
}

dnnl_status_t execute(objects &o) {
    return o.execute({{DNNL_ARG_SRC, o.memories[2]}, {DNNL_ARG_WEIGHTS, o.memories[0]},
            {DNNL_ARG_DST, o.memories[3]}});
}

void prepare_calibration(objects &o) {
    prepare_execution(o);
    expect(winodnn_calibration_start(nullptr) == 0);
}

dnnl_status_t ask_winodnn(objects &) {
    const char *reason = nullptr;
    const winodnn_status_t status = winodnn_status(&reason);
    const bool without_memory = std::strcmp(reason, "no memory to find out") == 0;
    winodnn_statistics_t counters;
    winodnn_get_statistics(&counters);
    const bool exact = std::strcmp(winodnn_mode(), "exact") == 0;
    if (without_memory) return ok_if(status == winodnn_unsupported);
    return exact ? ok_if(status == winodnn_active) : dnnl_out_of_memory;
}

dnnl_status_t calibrate_wrongly(objects &) {
    if (winodnn_calibration_use("/nonexistent/file.json", 25.0) == 0) return dnnl_runtime_error;
    if (winodnn_calibration_start("no such scales") == 0) return dnnl_runtime_error;
    return ok_if(winodnn_calibration_error()[0] != '\0');
}

const scenario scenarios[] = {
        {"attributes", nothing, use_attributes},
        {"attributes_of_a_convolution", nothing, set_attributes_and_create},
        {"declined_at_first_sight", nothing,
                [](objects &o) {
                    return o.make_convolution({1, 1, dnnl_convolution_direct});
                }},
        {"declined_by_the_stride", nothing,
                [](objects &o) {
                    return o.make_convolution({3, 2, dnnl_convolution_direct});
                }},
        {"declined_by_the_dispatcher", nothing,
                [](objects &o) {
                    return o.make_convolution({3, 1, dnnl_convolution_direct});
                }},
        {"creating_and_asking", nothing, create_and_query},
        {"refusing_packed_weights", prepare_convolution, refuse_packed},
        {"forwarding", nothing, forward_others},
        {"generating_kernels", prepare_convolution, [](objects &o) { return o.make_primitive(); }},
        {"packing", prepare_packing, pack},
        {"executing", prepare_execution, execute},
        {"observing", prepare_calibration, execute},
        {"asking_winodnn", nothing, ask_winodnn},
        {"calibrating_wrongly", nothing, calibrate_wrongly},
};

class no_memory : public ::testing::TestWithParam<std::tuple<scenario, bool>> {};

TEST_P(no_memory, ends_in_a_status_and_works_afterwards) {
    const auto &[s, verbose] = GetParam();
    setenv("WINODNN_VERBOSE", verbose ? "2" : "0", 1);
    find_allocating_libraries();
    const int count = allocations_of(s);
    ASSERT_GE(count, 0);
    // Each of the first ones; where there are many more, which are of a few loops, every so many.
    constexpr int first = 40, more = 30;
    int failed = 0;
    for (int n = 0; n < count; n += n < first ? 1 : std::max(1, (count - first) / more)) {
        const int result = in_child([&] { return with_failure(s, n); });
        failed += result == survived;
        ASSERT_TRUE(result == survived || result == not_reached)
                << s.name << ", allocation " << n << ": " << result;
    }
    RecordProperty("allocations_failed", failed);
    EXPECT_TRUE(count == 0 || failed > 0) << "no allocation of winodnn's was seen";
}

INSTANTIATE_TEST_SUITE_P(of, no_memory, ::testing::Combine(::testing::ValuesIn(scenarios), ::testing::Bool()),
        [](const auto &info) {
            return std::string(std::get<0>(info.param).name) + (std::get<1>(info.param) ? "_verbose" : "");
        });

} // namespace
} // namespace winodnn::testing
