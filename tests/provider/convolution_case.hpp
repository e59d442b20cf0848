// One convolution, run as a program written for oneDNN would run it, next to what it should have computed.
#pragma once

#include "problem/problem.hpp"
#include "support/guarded_buffer.hpp"
#include "winograd/tile.hpp"

#include "dnnl.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace winodnn::testing {

enum class pattern {
    random,         // all values of the types
    extremes,       // the source at one end, weights alternating between theirs
    largest_sums,   // everything at the end that gives the largest accumulators
    single_pixel,   // one pixel is not zero
    single_channel, // one source channel is not zero
};

struct convolution_case {
    problem p;
    pattern data = pattern::random;
    std::int32_t src_zero_point = 0, dst_zero_point = 0;
    bool user_scratchpad = false;
    dnnl::memory::data_type weights_type = dnnl::memory::data_type::s8; // what the user has
    // any: oihw or goihw.
    dnnl::memory::format_tag weights_format = dnnl::memory::format_tag::any;
    // Weights in steps of two within seven bits: no instruction without VNNI saturates, and none of oneDNN's
    // tricks for them rounds.
    bool seven_bit_weights = false;
    guard side = guard::after;
    // Of convolutions that are none of winodnn's; expected_dst does not know them.
    dim kh = 3, kw = 3, stride = 1, dilation = 0; // dilation: as oneDNN counts, of the problem after pad()
    int rank = 2;       // of the image: 1 has no h, which is 1 in the problem, 3 has a depth, without padding
    dim id = 1, kd = 1; // of rank 3
    // The source and the destination, which are views then, are channels of one tensor, the destination's
    // behind the source's.
    bool one_tensor = false;
    std::size_t misalignment = 0; // bytes by which no memory begins, or ends, where it would otherwise
    // What the program asks for; given as nhwc when it is any.
    dnnl::memory::format_tag src_format = dnnl::memory::format_tag::any;
    dnnl::memory::format_tag dst_format = dnnl::memory::format_tag::any;
    // By name, as the dispatcher may decline what is slower than direct convolution.
    dnnl::algorithm algorithm = dnnl::algorithm::convolution_winograd;

    convolution_case() = default;
    convolution_case(dim ic, dim oc, dim ih, dim iw, dim pad = 1);
    void pad(dim top, dim left, dim bottom, dim right); // sets the output's size as well
    bool is_winograds() const { return is_kernel_of_a_tile(kh, kw) && stride == 1 && rank == 2; }
    dim od() const { return (id - (kd - 1) * (dilation + 1) - 1) / stride + 1; }
};

std::string to_string(const convolution_case &c);

// The input of a case, the same for every run of it.
struct case_data {
    std::vector<std::uint8_t> src, dst_before;       // bytes of the types
    std::vector<std::int8_t> weights;                // oihw
    std::vector<std::uint8_t> bias;                  // bytes of its type
    std::vector<float> weights_scale;                // 1 or oc
    std::vector<float> dst_scale;                    // 1 or oc
    std::vector<std::vector<std::uint8_t>> operands; // bytes, one for each post-op
    float src_scale = 0.25f;

    explicit case_data(const convolution_case &c);
};

std::vector<std::uint8_t> expected_dst(const convolution_case &c, const case_data &data);

dnnl::engine &cpu();
bool runs_on_queues(); // SYCL's
// tag: any, nhwc or nchw, and of other ranks what is like it.
dnnl::memory::desc src_desc(const convolution_case &c, dnnl::memory::format_tag tag);
dnnl::memory::desc dst_desc(const convolution_case &c, dnnl::memory::format_tag tag);
// Of rank 2.
dnnl::memory::desc src_desc(const problem &p, dnnl::memory::format_tag tag);
dnnl::memory::desc dst_desc(const problem &p, dnnl::memory::format_tag tag);
dnnl::memory::dims weights_dims(const convolution_case &c);
dnnl::memory::desc weights_desc(const convolution_case &c);
int per_oc_mask(const problem &p);              // of weights
dnnl::memory::desc bias_desc(const problem &p); // empty if there is none
dnnl::memory::desc operand_desc(const convolution_case &c, const post_op &op);
// One value, c's, or one for each channel, of which c's is the first and the others are inside the type, or
// near the first if that is not.
std::vector<std::int32_t> src_zero_points(const convolution_case &c);
std::vector<std::int32_t> dst_zero_points(const convolution_case &c);
dnnl::primitive_attr attributes(const convolution_case &c);
dnnl::convolution_forward::primitive_desc make_desc(const convolution_case &c);
// Which types, scales and post-ops go together is oneDNN's to say.
bool onednn_takes(const convolution_case &c);

// All that an execution is given, in memory next to unmapped pages.
class execution {
public:
    execution(const convolution_case &c, const case_data &data,
            const dnnl::convolution_forward::primitive_desc &desc);

    void run(const dnnl::convolution_forward &primitive);
    // Everything to other addresses: dnnl_memory_set_data_handle.
    void move();
    std::vector<std::uint8_t> dst() const; // its bytes

    std::unordered_map<int, dnnl::memory> arguments;

private:
    std::byte *allocate(std::size_t bytes);
    dnnl::memory make(const dnnl::memory::desc &desc, const void *contents);
    void make_tensors(const convolution_case &c, const case_data &data);
    dnnl::memory packed(const convolution_case &c, const case_data &data, const dnnl::memory::desc &format);

    guard side_;
    std::size_t misalignment_, dst_offset_ = 0; // of one_tensor, from its source
    std::list<guarded_buffer> buffers_;
};

// Runs the case and compares every byte. The implementation must be winodnn's at the expected instruction
// set.
void check(const convolution_case &c);
// Only compares: for a desc and a primitive that the test has made.
void check(const convolution_case &c, const dnnl::convolution_forward::primitive_desc &desc,
        const dnnl::convolution_forward &primitive);
void expect_equal(const std::vector<std::uint8_t> &computed, const std::vector<std::uint8_t> &expected);
// What oneDNN's C++ functions throw; dnnl_success if they throw nothing.
dnnl_status_t status_of(const std::function<void()> &action);

// avx2, avx2_vnni, ... as capped by ONEDNN_MAX_CPU_ISA. Skips the test if the CPU lacks what the cap names:
// oneDNN would quietly use a weaker one.
#define WINODNN_SKIP_WITHOUT_ISA()                                                                           \
    if (!winodnn::testing::cpu_has_capped_isa()) GTEST_SKIP() << winodnn::testing::lacks_capped_isa
constexpr const char *lacks_capped_isa = "this CPU does not have the ISA of the cap"; // ctest knows this text
bool cpu_has_capped_isa();
std::string expected_isa();

} // namespace winodnn::testing
