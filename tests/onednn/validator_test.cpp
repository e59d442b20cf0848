// What oneDNN's own validation does with primitive descriptors and primitives around each problem, benchdnn
// v3.2 in the first place: a passing problem there takes more than right numbers.
#include "provider/convolution_case.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <set>

namespace winodnn::testing {
namespace {

using dnnl::convolution_forward;
using dnnl::memory;

// libdnnl exports these for its tests, in C++: by these names, and by others since v3.13.
template <typename Function>
Function exported(const char *first_name, const char *later_name) {
    void *found = dlsym(RTLD_DEFAULT, first_name);
    if (found == nullptr) found = dlsym(RTLD_DEFAULT, later_name);
    return reinterpret_cast<Function>(found);
}

bool is_in_cache(const_dnnl_primitive_desc_t desc) {
    const bool first = exported<bool (*)(const_dnnl_primitive_desc_t)>(
            "_ZN4dnnl4impl14is_pd_in_cacheEPK19dnnl_primitive_desc", "")(desc);
    const int later = exported<int (*)(const_dnnl_primitive_desc_t)>(
            "_Z24dnnl_test_is_pd_in_cachePK19dnnl_primitive_desc", "")(desc);
    EXPECT_EQ(later, first ? 1 : 0);
    return first;
}

bool is_in_cache(const_dnnl_primitive_t primitive) {
    const bool first = exported<bool (*)(const_dnnl_primitive_t)>(
            "_ZN4dnnl4impl21is_primitive_in_cacheEPK14dnnl_primitive", "")(primitive);
    const int later = exported<int (*)(const_dnnl_primitive_t)>(
            "_Z31dnnl_test_is_primitive_in_cachePK14dnnl_primitive", "")(primitive);
    EXPECT_EQ(later, first ? 1 : 0);
    return first;
}

std::size_t set_capacity_without_clearing(std::size_t capacity) {
    return exported<std::size_t (*)(std::size_t)>(
            "_ZN4dnnl4impl45set_primitive_cache_capacity_without_clearingEm",
            "_Z54dnnl_test_set_primitive_cache_capacity_without_clearingm")(capacity);
}

convolution_case problem_of(dim ic, dim oc, dim size) {
    convolution_case c(ic, oc, size, size + 1);
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.post_ops = {{post_op::kind::relu}};
    c.seven_bit_weights = true; // what oneDNN computes itself does not saturate
    return c;
}

struct named_case {
    const char *name;
    convolution_case c;
    bool ours = true;
};

// Ours are asked for by name, as the dispatcher may decline them on this machine.
std::vector<named_case> all_cases() {
    std::vector<named_case> all;
    const auto add = [&](const char *name, const convolution_case &c, bool ours = true) {
        all.push_back({name, c, ours});
    };
    convolution_case c = problem_of(64, 64, 28);
    add("u8 to u8", c);
    c.p.src = data_type::s8;
    c.p.dst = data_type::s8;
    add("s8 to s8", c);
    c = problem_of(64, 64, 28);
    c.p.bias = data_type::f32;
    c.p.dst = data_type::f32;
    c.p.post_ops = {{.op = post_op::kind::sum, .type = data_type::f32}, {post_op::kind::relu}};
    add("f32, bias, sum", c);
    c = problem_of(64, 64, 28);
    c.p.src_zero_point = c.p.dst_zero_point = true;
    c.src_zero_point = 7;
    c.dst_zero_point = 3;
    add("zero points", c);
    c = problem_of(128, 128, 28);
    c.p.groups = 2;
    add("groups", c);
    c = problem_of(64, 64, 28);
    c.user_scratchpad = true;
    add("the user's scratchpad", c);
    c = problem_of(64, 64, 28);
    c.p.mb = 3;
    c.src_format = c.dst_format = memory::format_tag::nhwc;
    add("a batch in nhwc", c);
    c = problem_of(64, 64, 28);
    c.algorithm = dnnl::algorithm::convolution_direct;
    c.stride = 2;
    c.pad(1, 1, 1, 1);
    add("left to oneDNN", c, false);
    return all;
}

bool is_ours(const_dnnl_primitive_desc_t desc) {
    const char *name = nullptr;
    EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name), dnnl_success);
    return std::string(name).starts_with("wino:");
}

dnnl::engine &engine_of_first_creation() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

convolution_forward::primitive_desc make_desc_on(const dnnl::engine &engine, const convolution_case &c) {
    return {engine, dnnl::prop_kind::forward_inference, c.algorithm, src_desc(c.p, c.src_format),
            weights_desc(c), bias_desc(c.p), dst_desc(c.p, c.dst_format), {c.stride, c.stride},
            {c.dilation, c.dilation}, {c.p.pad_t, c.p.pad_l}, {c.p.pad_b, c.p.pad_r}, attributes(c)};
}

// Sizes of all memories, as for a report of the memory that a problem takes.
std::size_t footprint(const_dnnl_primitive_desc_t desc) {
    std::size_t bytes = 0;
    const auto add = [&](dnnl_query_t count, std::initializer_list<dnnl_query_t> kinds) {
        for (int i = 0; i < dnnl_primitive_desc_query_s32(desc, count, 0); ++i)
            for (const dnnl_query_t kind : kinds)
                if (const auto md = dnnl_primitive_desc_query_md(desc, kind, i))
                    bytes += dnnl_memory_desc_get_size(md);
    };
    add(dnnl_query_num_of_inputs_s32, {dnnl_query_src_md, dnnl_query_weights_md});
    add(dnnl_query_num_of_outputs_s32, {dnnl_query_dst_md, dnnl_query_scratchpad_md});
    dnnl_dim_t own = 0;
    EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_memory_consumption_s64, 0, &own), dnnl_success);
    return bytes + static_cast<std::size_t>(own);
}

void query_everything(const_dnnl_primitive_desc_t desc) {
    int answered = 0;
    for (int what = 0; what < dnnl_query_max && what < 0x1000; ++what)
        for (const int index : {0, 1, 2, int(DNNL_ARG_SRC), int(DNNL_ARG_WEIGHTS), int(DNNL_ARG_DST),
                     int(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS)}) {
            std::int64_t answer[2] = {};
            answered += dnnl_primitive_desc_query(desc, dnnl_query_t(what), index, answer) == dnnl_success;
            dnnl_primitive_desc_query_md(desc, dnnl_query_t(what), index);
            dnnl_primitive_desc_query_s32(desc, dnnl_query_t(what), index);
        }
    EXPECT_GT(answered, 20);
    EXPECT_GT(footprint(desc), 0u);
}

// To the end, by a filter that accepts none; each has another name, and only the first can be ours.
void skip_all_implementations(const convolution_case &c, bool ours) {
    const auto desc = make_desc(c);
    std::multiset<std::string> names {desc.impl_info_str()};
    dnnl_status_t status = dnnl_success;
    while ((status = dnnl_primitive_desc_next_impl(desc.get())) == dnnl_success) {
        names.insert(desc.impl_info_str());
        EXPECT_FALSE(is_ours(desc.get()));
        query_everything(desc.get());
    }
    EXPECT_EQ(status, dnnl_last_impl_reached);
    EXPECT_EQ(dnnl_primitive_desc_next_impl(desc.get()), dnnl_last_impl_reached);
    EXPECT_GT(names.size(), ours ? 1u : 0u);
}

// A primitive cannot be made of a blob on the CPU, and what oneDNN answers then is answered.
void try_cache_blobs(const convolution_forward &primitive, const_dnnl_primitive_desc_t desc) {
    const std::size_t before = set_capacity_without_clearing(0);
    dnnl_dim_t id_bytes = -1;
    const std::uint8_t *id = nullptr;
    EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_cache_blob_id_size_s64, 0, &id_bytes), dnnl_success);
    EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_cache_blob_id, 0, &id), dnnl_success);
    EXPECT_GE(id_bytes, 0);
    std::size_t bytes = 0;
    EXPECT_EQ(dnnl_primitive_get_cache_blob(primitive.get(), &bytes, nullptr), dnnl_unimplemented);
    const std::uint8_t blob[16] = {};
    for (const std::size_t size : {std::size_t {0}, sizeof blob}) {
        dnnl_primitive_t made = nullptr;
        const dnnl_status_t status =
                dnnl_primitive_create_from_cache_blob(&made, desc, size, size == 0 ? nullptr : blob);
        EXPECT_NE(status, dnnl_success);
        EXPECT_EQ(made, nullptr);
    }
    set_capacity_without_clearing(before);
}

// Another process's data between two executions, as far as caches are concerned.
void cool_caches() {
    static std::vector<char> other(32 << 20);
    for (std::size_t i = 0; i < other.size(); i += 64) ++other[i];
}

// The bytes that come out of oneDNN's own implementation, if that is asked for, else of the formula.
// The primitive is created before the weights are packed. A desc that oneDNN v3.2 finds in its cache is that
// of an earlier primitive, and brgconv's reads the attributes of the desc that this one was made of, which
// are gone. That does no harm as long as the primitive is in the cache as well; reorders can put it out.
std::vector<std::uint8_t> expected(const named_case &n, const case_data &data) {
    if (n.ours) return expected_dst(n.c, data);
    const auto desc = make_desc(n.c);
    const convolution_forward primitive(desc);
    execution e(n.c, data, desc);
    e.run(primitive);
    return e.dst();
}

void validate(const named_case &n, int capacity) {
    SCOPED_TRACE(std::string(n.name) + ", capacity " + std::to_string(capacity));
    const convolution_case &c = n.c;
    // Created twice, the first time on an engine of its own: the second is expected from the cache.
    if (capacity > 0) {
        const auto first = make_desc_on(engine_of_first_creation(), c);
        const convolution_forward primitive(first);
    }
    auto desc = std::make_unique<convolution_forward::primitive_desc>(make_desc(c));
    ASSERT_EQ(is_ours(desc->get()), n.ours) << desc->impl_info_str();
    query_everything(desc->get());
    const convolution_forward primitive(*desc);
    desc.reset();

    const const_dnnl_primitive_desc_t own = primitive.get_primitive_desc();
    EXPECT_EQ(is_ours(own), n.ours);
    query_everything(own);
    EXPECT_EQ(dnnl_primitive_desc_next_impl(const_cast<dnnl_primitive_desc_t>(own)), dnnl_last_impl_reached);
    if (capacity > 0) {
        EXPECT_TRUE(is_in_cache(own));
        EXPECT_TRUE(is_in_cache(primitive.get()));
    }
    dnnl_primitive_desc_t clone = nullptr;
    ASSERT_EQ(dnnl_primitive_desc_clone(&clone, own), dnnl_success);
    const convolution_forward::primitive_desc cloned(clone);
    ASSERT_EQ(dnnl_primitive_desc_destroy(clone), dnnl_success);
    query_everything(cloned.get());
    EXPECT_EQ(dnnl_primitive_desc_next_impl(cloned.get()), dnnl_last_impl_reached);
    try_cache_blobs(primitive, own);

    const case_data data(c);
    const std::vector<std::uint8_t> right = expected(n, data);
    // Several sets of memories, each executed into twice: with a sum what is there counts.
    std::list<execution> sets;
    for (int i = 0; i < 3; ++i) sets.emplace_back(c, data, cloned);
    const auto *before = data.dst_before.data();
    for (int round = 0; round < 2; ++round)
        for (execution &e : sets) {
            std::copy_n(before, data.dst_before.size(),
                    static_cast<std::uint8_t *>(e.arguments.at(DNNL_ARG_DST).get_data_handle()));
            cool_caches();
            e.run(primitive);
            expect_equal(e.dst(), right);
        }
    skip_all_implementations(c, n.ours);
}

class validator : public ::testing::TestWithParam<int> {};

TEST_P(validator, does_all_that_benchdnn_does) {
    int before = 0;
    ASSERT_EQ(dnnl_get_primitive_cache_capacity(&before), dnnl_success);
    const int capacity = GetParam() < 0 ? before : GetParam();
    ASSERT_EQ(dnnl_set_primitive_cache_capacity(capacity), dnnl_success);
    for (const named_case &n : all_cases()) validate(n, capacity);
    ASSERT_EQ(dnnl_set_primitive_cache_capacity(before), dnnl_success);
}

INSTANTIATE_TEST_SUITE_P(capacities, validator, ::testing::Values(-1, 0, 1));

// Of a shape that no other test has: the answer is not always yes.
TEST(cache_checks, know_what_was_never_made) {
    const convolution_case c = problem_of(80, 112, 20);
    const auto desc = make_desc(c), same = make_desc(c);
    ASSERT_TRUE(is_ours(desc.get()));
    EXPECT_FALSE(is_in_cache(desc.get()));
    {
        const convolution_forward primitive(desc);
        EXPECT_TRUE(is_in_cache(primitive.get()));
    }
    EXPECT_TRUE(is_in_cache(desc.get()));
    EXPECT_TRUE(is_in_cache(same.get()));
    // Past ours: oneDNN's answer.
    ASSERT_EQ(dnnl_primitive_desc_next_impl(desc.get()), dnnl_success);
    EXPECT_FALSE(is_in_cache(desc.get()));
    const convolution_forward of_onednn(desc);
    EXPECT_TRUE(is_in_cache(desc.get()));
}

TEST(cache_checks, of_reorders_are_those_of_the_plain_reorder) {
    const memory::desc packed = make_desc(problem_of(96, 144, 20)).weights_desc();
    const memory::desc user(packed.get_dims(), memory::data_type::f32, memory::format_tag::oihw);
    const dnnl::reorder::primitive_desc desc(cpu(), user, cpu(), packed);
    ASSERT_TRUE(is_ours(desc.get()));
    EXPECT_FALSE(is_in_cache(desc.get()));
    const dnnl::reorder primitive(desc);
    EXPECT_TRUE(is_in_cache(desc.get()));
    EXPECT_TRUE(is_in_cache(primitive.get()));
}

} // namespace
} // namespace winodnn::testing
