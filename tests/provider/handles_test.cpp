// Every function that takes a handle, given null, ours and oneDNN's: the answer is what oneDNN, asked behind
// winodnn's back, gives for null and for its own.
#include "convolution_case.hpp"

#include <cstring>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace winodnn::testing {
namespace {

template <typename Function>
Function *onednns(Function *, const char *name) {
    static void *const library = dlopen("libdnnl.so.3", RTLD_LAZY | RTLD_NOLOAD);
    return reinterpret_cast<Function *>(dlsym(library, name));
}

// The same call of the exported function and of oneDNN's own.
#define EXPECT_AS_ONEDNN(function, ...)                                                                      \
    EXPECT_EQ(function(__VA_ARGS__), onednns(&function, #function)(__VA_ARGS__)) << #function

TEST(handles, null_is_answered_as_by_onednn) {
    dnnl_primitive_desc_t desc = nullptr;
    dnnl_primitive_t primitive = nullptr;
    dnnl_primitive_attr_t attr = nullptr;
    dnnl_memory_desc_t md = nullptr;
    const_dnnl_primitive_attr_t const_attr = nullptr;
    const_dnnl_primitive_desc_t const_desc = nullptr;
    std::int64_t answer = 0;
    std::size_t size = 0;
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_query, nullptr, dnnl_query_num_of_inputs_s32, 0, &answer);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_query_md, nullptr, dnnl_query_src_md, 0);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_query_s32, nullptr, dnnl_query_num_of_inputs_s32, 0);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_clone, &desc, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_clone, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_destroy, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_get_attr, nullptr, &const_attr);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_next_impl, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_create, &primitive, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_create, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_create_from_cache_blob, &primitive, nullptr, 0, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_execute, nullptr, nullptr, 0, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_get_primitive_desc, nullptr, &const_desc);
    EXPECT_AS_ONEDNN(dnnl_primitive_get_cache_blob, nullptr, &size, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_destroy, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_attr_create, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_attr_clone, &attr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_attr_destroy, nullptr);
    EXPECT_AS_ONEDNN(dnnl_primitive_attr_set_scales_mask, nullptr, DNNL_ARG_SRC, 0);
    EXPECT_AS_ONEDNN(dnnl_primitive_attr_set_zero_points_mask, nullptr, DNNL_ARG_SRC, 0);
    EXPECT_AS_ONEDNN(dnnl_memory_desc_create_submemory, &md, nullptr, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_memory_desc_permute_axes, &md, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_memory_desc_reshape, &md, nullptr, 1, nullptr);
    EXPECT_AS_ONEDNN(dnnl_post_ops_append_binary, nullptr, dnnl_binary_add, nullptr);
    EXPECT_AS_ONEDNN(dnnl_reorder_primitive_desc_create, &desc, nullptr, nullptr, nullptr, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_sum_primitive_desc_create, &desc, nullptr, nullptr, 0, nullptr, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_concat_primitive_desc_create, &desc, nullptr, nullptr, 0, 0, nullptr, nullptr);
    EXPECT_AS_ONEDNN(dnnl_convolution_forward_primitive_desc_create, &desc, nullptr, dnnl_forward_inference,
            dnnl_convolution_direct, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
            nullptr);
    EXPECT_AS_ONEDNN(dnnl_convolution_forward_primitive_desc_create, nullptr, nullptr, dnnl_forward_inference,
            dnnl_convolution_direct, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
            nullptr);
    EXPECT_AS_ONEDNN(dnnl_convolution_backward_data_primitive_desc_create, &desc, nullptr,
            dnnl_convolution_direct, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
            nullptr);
    EXPECT_AS_ONEDNN(dnnl_eltwise_backward_primitive_desc_create, &desc, nullptr, dnnl_eltwise_relu, nullptr,
            nullptr, nullptr, 0.f, 0.f, nullptr, nullptr);
    EXPECT_EQ(desc, nullptr);
    EXPECT_EQ(primitive, nullptr);
}

// Every argument of every call is oneDNN's own object, made behind winodnn's back.
TEST(handles, of_onednn_are_passed_on) {
    const dnnl::memory::desc image(
            {1, 64, 12, 12}, dnnl::memory::data_type::u8, dnnl::memory::format_tag::nhwc),
            weights({64, 64, 3, 3}, dnnl::memory::data_type::s8, dnnl::memory::format_tag::any);
    const dnnl_dims_t ones = {1, 1};
    dnnl_primitive_desc_t desc = nullptr, clone = nullptr;
    const auto create = onednns(&dnnl_convolution_forward_primitive_desc_create,
            "dnnl_convolution_forward_primitive_desc_create");
    ASSERT_EQ(create(&desc, cpu().get(), dnnl_forward_inference, dnnl_convolution_direct, image.get(),
                      weights.get(), nullptr, image.get(), ones, nullptr, ones, nullptr, nullptr),
            dnnl_success);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_query_s32, desc, dnnl_query_num_of_inputs_s32, 0);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_query_md, desc, dnnl_query_weights_md, 0);
    ASSERT_EQ(dnnl_primitive_desc_clone(&clone, desc), dnnl_success);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_next_impl, clone);
    dnnl_primitive_t primitive = nullptr;
    ASSERT_EQ(dnnl_primitive_create(&primitive, clone), dnnl_success);
    const_dnnl_primitive_desc_t own = nullptr;
    ASSERT_EQ(dnnl_primitive_get_primitive_desc(primitive, &own), dnnl_success);
    EXPECT_AS_ONEDNN(dnnl_primitive_desc_query_md, own, dnnl_query_dst_md, 0);
    EXPECT_AS_ONEDNN(dnnl_primitive_execute, primitive, nullptr, 0, nullptr);
    EXPECT_EQ(dnnl_primitive_destroy(primitive), dnnl_success);
    EXPECT_EQ(dnnl_primitive_desc_destroy(clone), dnnl_success);
    EXPECT_EQ(dnnl_primitive_desc_destroy(desc), dnnl_success);
}

// Numbers and floating-point arguments arrive, on the first call of a place as on the next ones.
TEST(handles, arguments_of_every_kind_are_handed_on) {
    const dnnl::memory::desc image(
            {2, 16, 4, 4}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::nchw);
    for (int round = 0; round < 3; ++round) {
        dnnl_primitive_desc_t desc = nullptr;
        ASSERT_EQ(
                dnnl_eltwise_forward_primitive_desc_create(&desc, cpu().get(), dnnl_forward_inference,
                        dnnl_eltwise_linear, image.get(), image.get(), 1.5f + float(round), -2.25f, nullptr),
                dnnl_success);
        float alpha = 0, beta = 0;
        EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_alpha_f32, 0, &alpha), dnnl_success);
        EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_beta_f32, 0, &beta), dnnl_success);
        EXPECT_EQ(alpha, 1.5f + float(round));
        EXPECT_EQ(beta, -2.25f);
        dnnl_primitive_desc_destroy(desc);

        ASSERT_EQ(dnnl_lrn_forward_primitive_desc_create(&desc, cpu().get(), dnnl_forward_inference,
                          dnnl_lrn_across_channels, image.get(), image.get(), 5 + round, 0.5f, 0.75f, 3.f,
                          nullptr),
                dnnl_success);
        dnnl_dim_t local_size = 0;
        EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_local_size_s64, 0, &local_size), dnnl_success);
        EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_alpha_f32, 0, &alpha), dnnl_success);
        EXPECT_EQ(dnnl_primitive_desc_query(desc, dnnl_query_beta_f32, 0, &beta), dnnl_success);
        EXPECT_EQ(local_size, 5 + round);
        EXPECT_EQ(alpha, 0.5f);
        EXPECT_EQ(beta, 0.75f);
        dnnl_primitive_desc_destroy(desc);
    }
}

// From code that belongs to no library.
TEST(handles, calls_from_generated_code_arrive) {
    using caller = dnnl_status_t (*)(dnnl_status_t(*)(dnnl_primitive_t), dnnl_primitive_t);
    // sub rsp, 8; mov rax, rdi; mov rdi, rsi; call rax; add rsp, 8; ret
    const unsigned char code[] = {0x48, 0x83, 0xec, 0x08, 0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0xff, 0xd0,
            0x48, 0x83, 0xc4, 0x08, 0xc3};
    void *page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    std::memcpy(page, code, sizeof code);
    ASSERT_EQ(mprotect(page, 4096, PROT_READ | PROT_EXEC), 0);
    for (int round = 0; round < 2; ++round) {
        const dnnl::convolution_forward::primitive_desc desc = make_desc(convolution_case(32, 32, 9, 9));
        dnnl_primitive_t primitive = nullptr;
        ASSERT_EQ(dnnl_primitive_create(&primitive, desc.get()), dnnl_success);
        EXPECT_EQ(reinterpret_cast<caller>(page)(dnnl_primitive_destroy, primitive), dnnl_success);
    }
    munmap(page, 4096);
}

} // namespace
} // namespace winodnn::testing
