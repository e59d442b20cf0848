// Streams with threadpools, of which some run what they are given later, in oneDNN before and since v3.11.
#include "convolution_case.hpp"
#include "provider/threadpool_shim.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <optional>

namespace winodnn::testing {
namespace {

using namespace std::chrono_literals;
using dnnl::convolution_forward;
using dnnl::memory;

bool onednn_waits() {
    return dnnl_version()->minor < 11;
}

dnnl::stream stream_of(ordered_pool &pool) {
    dnnl_stream_t made = nullptr;
    EXPECT_EQ(dnnl_threadpool_interop_stream_create(&made, cpu().get(), &pool), dnnl_success);
    return dnnl::stream(made);
}

memory filled(const memory::desc &desc, int byte) {
    memory made(desc, cpu());
    std::memset(made.get_data_handle(), byte, desc.get_size());
    return made;
}

// A convolution whose source, weights and destination are made by primitives before and after it on the
// stream. Nobody waits in between.
class chain {
public:
    explicit chain(const convolution_case &c)
        : case_(c), data_(c), desc_(make_desc(c)), execution_(c, data_, desc_),
          src_(filled(desc_.src_desc(), 0x55)), weights_(filled(desc_.weights_desc(), 0x55)),
          plain_weights_(filled({weights_dims(c), memory::data_type::s8, memory::format_tag::oihw}, 0)),
          dst_(filled(desc_.dst_desc(), 0)), copy_(filled(desc_.dst_desc(), 0)), convolution_(desc_),
          copy_src_(execution_.arguments.at(DNNL_ARG_SRC), src_), pack_(plain_weights_, weights_),
          copy_dst_(dst_, copy_) {
        std::ranges::copy(data_.weights, static_cast<std::int8_t *>(plain_weights_.get_data_handle()));
    }

    void submit(const dnnl::stream &stream) {
        auto arguments = execution_.arguments;
        copy_src_.execute(stream, arguments.at(DNNL_ARG_SRC), src_);
        pack_.execute(stream, plain_weights_, weights_);
        arguments[DNNL_ARG_SRC] = src_;
        arguments[DNNL_ARG_WEIGHTS] = weights_;
        arguments[DNNL_ARG_DST] = dst_;
        convolution_.execute(stream, arguments);
        copy_dst_.execute(stream, dst_, copy_);
    }
    // What belongs to winodnn, while it may still have to run.
    void destroy_primitives() {
        convolution_ = {};
        pack_ = {};
        desc_ = {};
    }
    void expect_right() const {
        const auto *bytes = static_cast<const std::uint8_t *>(copy_.get_data_handle());
        expect_equal({bytes, bytes + copy_.get_desc().get_size()}, expected_dst(case_, data_));
    }

    convolution_forward &convolution() { return convolution_; }
    std::unordered_map<int, memory> arguments() const { return execution_.arguments; }

private:
    const convolution_case case_;
    const case_data data_;
    convolution_forward::primitive_desc desc_;
    execution execution_;
    memory src_, weights_, plain_weights_, dst_, copy_;
    convolution_forward convolution_;
    dnnl::reorder copy_src_, pack_, copy_dst_;
};

convolution_case one_work_item() {
    convolution_case c(16, 16, 4, 4);
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    return c;
}

convolution_case many_work_items() {
    convolution_case c(48, 80, 27, 26);
    c.p.mb = 2;
    c.p.src_scale = true;
    c.p.bias = data_type::f32;
    return c;
}

convolution_case with_tanh(convolution_case c) {
    c.p.dst = data_type::f32;
    c.p.src_scale = true;
    c.p.post_ops = {{.op = post_op::kind::staged, .function = int(dnnl_eltwise_tanh)}};
    return c;
}

std::vector<convolution_case> cases() {
    convolution_case own_scratchpad = many_work_items();
    own_scratchpad.user_scratchpad = true;
    return {one_work_item(), many_work_items(), with_tanh(one_work_item()), with_tanh(many_work_items()),
            own_scratchpad};
}

std::vector<ordered_pool::kind> kinds() {
    std::vector<ordered_pool::kind> all;
    for (const bool asynchronous : {false, true})
        for (const bool knows_its_threads : {true, false})
            for (const int threads : {1, 3}) all.push_back({threads, asynchronous, knows_its_threads, 2ms});
    return all;
}

TEST(asynchronous, primitives_in_a_row_keep_their_order) {
    for (const ordered_pool::kind &k : kinds())
        for (const convolution_case &c : cases()) {
            SCOPED_TRACE(to_string(c));
            ordered_pool pool(k);
            dnnl::stream stream = stream_of(pool);
            chain work(c);
            work.submit(stream);
            stream.wait();
            work.expect_right();
        }
}

TEST(asynchronous, what_has_to_run_outlives_primitives_and_memories) {
    for (const convolution_case &c : cases()) {
        SCOPED_TRACE(to_string(c));
        ordered_pool pool({2, true, true, 20ms});
        dnnl::stream stream = stream_of(pool);
        chain work(c);
        work.submit(stream); // whose memory objects of operands and scales end with it
        work.destroy_primitives();
        stream.wait();
        work.expect_right();
    }
}

// All threads of the pool are needed, and one of them is the caller.
TEST(asynchronous, a_thread_of_the_pool_gives_it_work) {
    for (const bool knows_its_threads : {true, false}) {
        if (onednn_waits() && !knows_its_threads) continue; // where oneDNN itself would wait for ever
        for (const convolution_case &c : cases()) {
            SCOPED_TRACE(to_string(c));
            auto pool = std::make_unique<ordered_pool>(ordered_pool::kind {1, true, knows_its_threads, 1ms});
            dnnl::stream stream = stream_of(*pool);
            chain work(c);
            pool->parallel_for(1, [&](int, int) { work.submit(stream); });
            if (!pool->is_idle_after(30s)) {
                pool.release(); // it cannot be ended
                FAIL() << "the pool waits for itself";
            }
            work.expect_right();
        }
    }
}

TEST(asynchronous, many_executions_at_once_in_several_threads) {
    const convolution_case c = with_tanh(many_work_items());
    ordered_pool pool({3, true, false, 0ms});
    std::vector<std::thread> threads;
    std::vector<std::unique_ptr<chain>> chains;
    for (int i = 0; i < 12; ++i) chains.push_back(std::make_unique<chain>(c));
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            dnnl::stream stream = stream_of(pool);
            for (int i = t; i < 12; i += 3) chains[std::size_t(i)]->submit(stream);
            stream.wait();
        });
    for (std::thread &t : threads) t.join();
    for (const auto &work : chains) work->expect_right();
}

TEST(asynchronous, a_failure_is_told_when_the_stream_is_waited_for) {
    ordered_pool pool({2, true, true, 1ms});
    dnnl::stream stream = stream_of(pool), other = stream_of(pool);
    chain work(one_work_item());
    auto arguments = work.arguments();
    const memory packed = arguments.at(DNNL_ARG_WEIGHTS);
    static_cast<std::uint8_t *>(packed.get_data_handle())[40] ^= 1;
    std::vector<dnnl_exec_arg_t> list;
    for (const auto &[arg, m] : arguments) list.push_back({arg, m.get()});
    const auto execute = [&] {
        return dnnl_primitive_execute(work.convolution().get(), stream.get(), int(list.size()), list.data());
    };
    EXPECT_EQ(execute(), onednn_waits() ? dnnl_invalid_arguments : dnnl_success);
    EXPECT_EQ(dnnl_stream_wait(other.get()), dnnl_success);
    EXPECT_EQ(dnnl_stream_wait(stream.get()), onednn_waits() ? dnnl_success : dnnl_invalid_arguments);
    EXPECT_EQ(dnnl_stream_wait(stream.get()), dnnl_success);
    static_cast<std::uint8_t *>(packed.get_data_handle())[40] ^= 1;
    EXPECT_EQ(execute(), dnnl_success);
    EXPECT_EQ(dnnl_stream_wait(stream.get()), dnnl_success);
}

} // namespace
} // namespace winodnn::testing
