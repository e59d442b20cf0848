#include "jit/base/program_emitter.hpp"

#include "jit/base/kernel.hpp"
#include "support/algorithms.hpp"
#include "support/interpret.hpp"
#include "support/isa_sweep.hpp"
#include "winograd/tile.hpp"

#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(program_emitter);

// args: inputs and outputs, a full vector each.
class program_kernel : public jit::generator {
public:
    struct args_t {
        const void *inputs;
        void *outputs;
    };

    program_kernel(isa i, const program &p, jit::element type, int registers, int slots) : generator(i) {
        std::vector<Xbyak::Xmm> pool;
        for (int n = 0; n < registers; ++n) pool.push_back(full(n));
        const int bytes = traits().vector_bytes;
        enter(slots * bytes);
        mov(rsi, ptr[args]);
        mov(rdx, ptr[args + 8]);
        jit::emit_program(*this, p,
                {type, pool, slots, bytes,
                        [=, this](int n, const vec &to) { vmovups(to, ptr[rsi + n * bytes]); },
                        [=, this](int n, const vec &from) { vmovups(ptr[rdx + n * bytes], from); }});
        leave_and_return();
    }
};

template <typename T>
void expect_same(isa i, const program &p, jit::element type, int registers, int slots) {
    auto code = std::make_unique<program_kernel>(i, p, type, registers, slots);
    const jit::kernel<program_kernel::args_t> kernel(std::move(code), "test_program");
    const int lanes = traits_of(i).vector_bytes / static_cast<int>(sizeof(T));
    std::vector<T> in(p.inputs * lanes), out(p.outputs.size() * lanes);
    std::mt19937 random(1);
    for (auto &x : in) x = static_cast<T>(random());
    kernel({in.data(), out.data()});
    for (int lane = 0; lane < lanes; ++lane) {
        std::vector<T> one;
        for (int n = 0; n < p.inputs; ++n) one.push_back(in[n * lanes + lane]);
        const auto expected = testing::interpret(p, one);
        for (std::size_t n = 0; n < expected.size(); ++n)
            ASSERT_EQ(out[n * lanes + lane], expected[n]) << "registers " << registers << " output " << n;
    }
}

template <typename T>
void expect_same(isa i, const program &p, jit::element type, int registers) {
    expect_same<T>(i, p, type, registers, static_cast<int>(p.code.size()));
}

// From so few registers that almost everything is spilled to more than are needed.
TEST_P(program_emitter, is_right_with_any_number_of_registers) {
    for (const tile_id id : all_tiles()) {
        const tile &t = tile_of(id);
        const program &input = t.input_program, &output = t.output_program;
        for (int registers = 3; registers <= traits_of(GetParam()).registers; ++registers) {
            expect_same<std::int16_t>(GetParam(), input, jit::element::s16, registers);
            expect_same<std::int32_t>(GetParam(), output, jit::element::s32, registers);
        }
    }
}

TEST_P(program_emitter, is_right_for_whole_tiles) {
    for (const auto &[name, algorithm] : testing::all_algorithms()) {
        SCOPED_TRACE(name);
        for (const int registers : {8, 14, 30}) {
            if (registers > traits_of(GetParam()).registers) continue;
            expect_same<std::int16_t>(GetParam(), algorithm.input_program, jit::element::s16, registers);
            expect_same<std::int32_t>(GetParam(), algorithm.output_program, jit::element::s32, registers);
        }
    }
}

// In the order that the programs have, few values are alive at the same time: more would not fit the slots.
TEST_P(program_emitter, few_values_of_sfc_tiles_are_spilled) {
    const bilinear_algorithm of_3 = make_sfc({6, testing::six_of_3, testing::six_of_3}),
                             of_5 = make_sfc({6, testing::four_of_5, testing::four_of_5}),
                             of_order_4 = make_sfc({4, testing::four_of_3, testing::four_of_3});
    const bool many = traits_of(GetParam()).registers == 32;
    const auto input = [&](const bilinear_algorithm &a, int slots) {
        expect_same<std::int16_t>(GetParam(), a.input_program, jit::element::s16, many ? 30 : 14, slots);
    };
    const auto output = [&](const bilinear_algorithm &a, int slots) {
        expect_same<std::int32_t>(GetParam(), a.output_program, jit::element::s32, many ? 28 : 12, slots);
    };
    input(of_3, many ? 7 : 23);
    output(of_3, many ? 9 : 26);
    input(of_5, many ? 7 : 23);
    output(of_5, many ? 0 : 14);
    input(of_order_4, many ? 0 : 3);
    output(of_order_4, many ? 0 : 5);
}

TEST_P(program_emitter, inputs_can_be_outputs) {
    int_matrix m(3, 2);
    m(0, 0) = m(1, 1) = m(2, 0) = m(2, 1) = 1;
    expect_same<std::int32_t>(GetParam(), compile(m), jit::element::s32, 3);
}

// One that nothing else uses gives its register back: with three, the sums below need it.
TEST_P(program_emitter, inputs_can_be_outputs_only) {
    int_matrix m(4, 5);
    m(0, 0) = m(1, 1) = m(2, 2) = 1;
    m(3, 3) = m(3, 4) = 1;
    expect_same<std::int32_t>(GetParam(), compile(m), jit::element::s32, 3);
}

TEST_P(program_emitter, too_few_registers_are_noticed) {
    int_matrix m(1, 2);
    m(0, 0) = m(0, 1) = 1;
    EXPECT_THROW(program_kernel(GetParam(), compile(m), jit::element::s32, 1, 2), std::logic_error);
}

TEST_P(program_emitter, too_few_slots_are_noticed) {
    const tile &t = tile_of(tile_id::f4x4);
    EXPECT_THROW(program_kernel(GetParam(), t.input_program, jit::element::s16, 4, 2), std::logic_error);
}

} // namespace
} // namespace winodnn
