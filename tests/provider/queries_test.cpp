// Every query of oneDNN's, to a convolution of winodnn's and to oneDNN's own of the same.
#include "convolution_case.hpp"

#include <gtest/gtest.h>
#include <set>

namespace winodnn::testing {
namespace {

// What is deliberately another answer: the implementation, what it needs, and what is made for it.
const std::set<int> differing = {dnnl_query_impl_info_str, dnnl_query_memory_consumption_s64};

bool gives_list_of_sizes(int what) {
    for (const dnnl_query_t list : {dnnl_query_strides, dnnl_query_dilations, dnnl_query_padding_l,
                 dnnl_query_padding_r, dnnl_query_kernel})
        if (what == list) return true;
    return false;
}

convolution_case typical() {
    convolution_case c(64, 64, 56, 56);
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    c.p.post_ops = {{.op = post_op::kind::relu}};
    c.algorithm = dnnl::algorithm::convolution_direct;
    c.src_format = c.dst_format = dnnl::memory::format_tag::nhwc;
    return c;
}

class queries : public ::testing::Test {
protected:
    void SetUp() override {
        ours_ = make_desc(typical());
        if (!std::string(ours_.impl_info_str()).starts_with("wino:"))
            GTEST_SKIP() << "declined on this machine";
        theirs_ = make_desc(typical());
        ASSERT_TRUE(theirs_.next_impl());
        ASSERT_FALSE(std::string(theirs_.impl_info_str()).starts_with("wino:"));
    }
    dnnl::convolution_forward::primitive_desc ours_, theirs_;
};

TEST_F(queries, of_values_are_answered_as_onednn_answers_them) {
    int answered = 0;
    for (int what = 0; what < dnnl_query_some_md; ++what)
        for (const int index : {0, 1, -1}) {
            SCOPED_TRACE("query " + std::to_string(what) + " index " + std::to_string(index));
            std::int64_t a = 0, b = 0; // the largest answers are pointers and 64-bit numbers
            const auto query = static_cast<dnnl_query_t>(what);
            const dnnl_status_t of_ours = dnnl_primitive_desc_query(ours_.get(), query, index, &a),
                                of_theirs = dnnl_primitive_desc_query(theirs_.get(), query, index, &b);
            EXPECT_EQ(of_ours, of_theirs);
            EXPECT_EQ(dnnl_primitive_desc_query(ours_.get(), query, index, nullptr),
                    dnnl_primitive_desc_query(theirs_.get(), query, index, nullptr));
            if (of_ours != dnnl_success || differing.contains(what)) continue;
            ++answered;
            if (gives_list_of_sizes(what)) {
                for (int i = 0; i < 2; ++i)
                    EXPECT_EQ(reinterpret_cast<const dnnl_dim_t *>(a)[i],
                            reinterpret_cast<const dnnl_dim_t *>(b)[i]);
            } else if (what != dnnl_query_cache_blob_id) {
                EXPECT_EQ(a, b);
            }
        }
    EXPECT_GT(answered, 10);
}

TEST_F(queries, of_memory_descs_are_answered_as_onednn_answers_them) {
    int answered = 0;
    const auto compare = [&](dnnl_query_t what, int index) {
        SCOPED_TRACE("query " + std::to_string(int(what)) + " index " + std::to_string(index));
        const auto a = dnnl_primitive_desc_query_md(ours_.get(), what, index),
                   b = dnnl_primitive_desc_query_md(theirs_.get(), what, index);
        EXPECT_EQ(a == nullptr, b == nullptr);
        if (a == nullptr || b == nullptr) return;
        ++answered;
        EXPECT_NE(dnnl_memory_desc_equal(a, b), 0);
    };
    const auto is_own = [](dnnl_query_t what, int index) {
        return (what == dnnl_query_weights_md && index == 0) || what == dnnl_query_scratchpad_md
               || (what == dnnl_query_exec_arg_md
                       && (index == DNNL_ARG_WEIGHTS || index == DNNL_ARG_SCRATCHPAD));
    };
    for (int what = dnnl_query_some_md; what < dnnl_query_some_md + 16; ++what)
        for (const int index : {0, 1, 2, -1, int(DNNL_ARG_SRC), int(DNNL_ARG_WEIGHTS), int(DNNL_ARG_BIAS),
                     int(DNNL_ARG_DST), int(DNNL_ARG_SCRATCHPAD), int(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC)})
            if (!is_own(static_cast<dnnl_query_t>(what), index))
                compare(static_cast<dnnl_query_t>(what), index);
    EXPECT_GE(answered, 6);
}

TEST_F(queries, of_null_and_of_wrong_kinds_fail_as_onednns) {
    EXPECT_EQ(dnnl_primitive_desc_clone(nullptr, ours_.get()),
            dnnl_primitive_desc_clone(nullptr, theirs_.get()));
    EXPECT_EQ(dnnl_primitive_desc_get_attr(ours_.get(), nullptr),
            dnnl_primitive_desc_get_attr(theirs_.get(), nullptr));
    EXPECT_EQ(dnnl_primitive_create(nullptr, ours_.get()), dnnl_primitive_create(nullptr, theirs_.get()));
    const dnnl::convolution_forward of_ours(ours_), of_theirs(theirs_);
    EXPECT_EQ(dnnl_primitive_get_primitive_desc(of_ours.get(), nullptr),
            dnnl_primitive_get_primitive_desc(of_theirs.get(), nullptr));
    std::size_t size = 0;
    EXPECT_EQ(dnnl_primitive_get_cache_blob(of_ours.get(), &size, nullptr),
            dnnl_primitive_get_cache_blob(of_theirs.get(), &size, nullptr));
    EXPECT_EQ(ours_.get_kind(), theirs_.get_kind());
    EXPECT_EQ(ours_.get_prop_kind(), theirs_.get_prop_kind());
    EXPECT_EQ(ours_.get_algorithm(), theirs_.get_algorithm());
    EXPECT_EQ(of_ours.get_kind(), of_theirs.get_kind());
}

} // namespace
} // namespace winodnn::testing
