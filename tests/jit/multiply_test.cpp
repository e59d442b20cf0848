#include "jit/multiply/multiply.hpp"

#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "winograd/number_system.hpp"

#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(multiply);

struct sample {
    int tiles, vectors, steps, prefetch_lines = 0, terms = 1;
    bool extreme = false;
};

// The terms lie one behind the other: all channels of one, then those of the next, of which the product reads
// `steps` and jumps over as many.
void expect_product(isa i, const sample &s) {
    const dim ic = s.steps * ic_per_step(2), width = s.vectors * traits_of(i).lanes();
    const dim tiles = s.tiles, of_term = 2 * ic, all = s.terms * of_term - ic;
    testing::guarded_array<std::int16_t> v(static_cast<std::size_t>(tiles * all)),
            u(static_cast<std::size_t>(all * width));
    testing::guarded_array<std::int32_t> m(static_cast<std::size_t>(tiles * width));
    std::mt19937 random(1);
    // Never -32768 in both: no transform gives it, and vpmaddwd would not wrap as the reference does.
    for (auto &x : v)
        x = static_cast<std::int16_t>(s.extreme ? (random() % 2 ? 25500 : -25500) : random() % 65535 - 32767);
    for (auto &x : u) x = static_cast<std::int16_t>(s.extreme ? -18432 : random() % 65535 - 32767);
    (*jit::get_multiply({i, s.tiles, s.vectors, all * 2, width * 4, s.prefetch_lines, false, false}))(
            {v.data(), u.data(), m.data(), s.steps, s.terms, ic * 2, ic * width * 2, u.data(), nullptr});
    for (dim t = 0; t < tiles; ++t)
        for (dim oc = 0; oc < width; ++oc) {
            std::uint32_t sum = 0;
            for (dim k = 0; k < all; ++k)
                if (k % of_term < ic)
                    sum += static_cast<std::uint32_t>(
                            int {v[static_cast<std::size_t>(t * all + k)]}
                            * int {u[static_cast<std::size_t>((k / 2 * width + oc) * 2 + k % 2)]});
            ASSERT_EQ(static_cast<std::uint32_t>(m[static_cast<std::size_t>(t * width + oc)]), sum)
                    << "tile " << t << " oc " << oc;
        }
}

// The same with bytes; sums start from values that are the output channels' own. Without VNNI the source has
// 7 bits.
void expect_product_of_bytes(isa i, const sample &s) {
    const dim ic = s.steps * ic_per_step(1), width = s.vectors * traits_of(i).lanes();
    const int limit = traits_of(i).dot_product ? narrow_limit : narrow_limit_without_dot_product;
    testing::guarded_array<std::uint8_t> v(static_cast<std::size_t>(s.tiles * ic));
    testing::guarded_array<std::int8_t> u(static_cast<std::size_t>(ic * width));
    testing::guarded_array<std::int32_t> m(static_cast<std::size_t>(s.tiles * width)),
            initial(static_cast<std::size_t>(width));
    std::mt19937 random(1);
    for (auto &x : v) x = static_cast<std::uint8_t>(s.extreme ? limit : random() % (limit + 1));
    for (auto &x : u) x = static_cast<std::int8_t>(s.extreme ? -127 : static_cast<int>(random() % 255) - 127);
    for (auto &x : initial) x = static_cast<std::int32_t>(random()) >> 4;
    (*jit::get_multiply({i, s.tiles, s.vectors, ic, width * 4, s.prefetch_lines, true, true}))(
            {v.data(), u.data(), m.data(), s.steps, 1, 0, 0, u.data(), initial.data()});
    for (dim t = 0; t < s.tiles; ++t)
        for (dim oc = 0; oc < width; ++oc) {
            std::int32_t sum = initial[static_cast<std::size_t>(oc)];
            for (dim k = 0; k < ic; ++k)
                sum += v[static_cast<std::size_t>(t * ic + k)]
                       * u[static_cast<std::size_t>((k / 4 * width + oc) * 4 + k % 4)];
            ASSERT_EQ(m[static_cast<std::size_t>(t * width + oc)], sum) << "tile " << t << " oc " << oc;
        }
}

TEST_P(multiply, every_register_tile_of_bytes) {
    for (int tiles = 1; tiles <= register_tile_of(GetParam()).tiles; ++tiles)
        for (int vectors = 1; vectors <= register_tile_of(GetParam()).vectors; ++vectors)
            for (const int steps : {1, 2, 5})
                for (const bool extreme : {false, true})
                    expect_product_of_bytes(GetParam(), {tiles, vectors, steps, steps % 3, 1, extreme});
}

TEST_P(multiply, every_register_tile) {
    for (int tiles = 1; tiles <= register_tile_of(GetParam()).tiles; ++tiles)
        for (int vectors = 1; vectors <= register_tile_of(GetParam()).vectors; ++vectors)
            for (const int steps : {1, 2, 5})
                for (const int prefetch_lines : {0, 1, 2, 4})
                    for (const int terms : {1, 3})
                        expect_product(GetParam(), {tiles, vectors, steps, prefetch_lines, terms});
}

// 512 channels of the largest values wrap around 2^32 many times over.
TEST_P(multiply, wraps) {
    expect_product(GetParam(), {6, register_tile_of(GetParam()).vectors, 64, 1, 1, true});
}

} // namespace
} // namespace winodnn
