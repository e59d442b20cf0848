#include "weights/weights_transform.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace winodnn {

namespace {

// In 16 bits, modulo 2^16: the results fit, so what happens on the way does not matter. So many filters at
// once are a few vector registers.
constexpr std::ptrdiff_t filters_at_once = 64;
using row = std::array<std::uint16_t, filters_at_once>;

// 8 KiB, which stay in the first-level cache next to the taps.
constexpr int most_live_rows = 64;

// The matrix with rows that have a positive coefficient, as programs want it, and which rows that turned.
std::pair<program, std::vector<bool>> compiled(int_matrix m) {
    std::vector<bool> turned;
    for (int r = 0; r < m.rows(); ++r) {
        bool positive = false;
        for (int c = 0; c < m.cols(); ++c) positive = positive || m(r, c) > 0;
        turned.push_back(!positive);
        for (int c = 0; c < m.cols() && !positive; ++c) m(r, c) = -m(r, c);
    }
    return {compile(m), turned};
}

template <typename Operation>
void combine(row &to, const row &a, const row &b, const Operation &operation) {
    for (std::size_t n = 0; n < to.size(); ++n) to[n] = static_cast<std::uint16_t>(operation(a[n], b[n]));
}

} // namespace

// Gives values rows. A value is loaded or computed before its first use, and its row is free after its last;
// planes are stored as soon as they are there.
class weights_transform::scheduler {
public:
    scheduler(const program &p, const std::vector<bool> &turned)
        : p_(p), turned_(turned), uses_(static_cast<std::size_t>(p.inputs) + p.code.size()),
          row_of_(uses_.size(), none), planes_of_(uses_.size()) {
        for (const instruction &i : p.code) {
            ++uses_[index(i.a)];
            if (i.op != instruction::opcode::shift_left) ++uses_[index(i.b)];
        }
        for (std::size_t plane = 0; plane < p.outputs.size(); ++plane)
            planes_of_[index(p.outputs[plane])].push_back(static_cast<int>(plane));
        for (int r = most_live_rows; r-- > 0;) free_.push_back(r);
    }

    std::vector<step> steps() {
        for (int input = 0; input < p_.inputs; ++input)
            if (!planes_of_[index(input)].empty()) load(input);
        for (std::size_t n = 0; n < p_.code.size(); ++n) compute(p_.code[n], p_.inputs + static_cast<int>(n));
        return std::move(steps_);
    }

private:
    static constexpr int none = -1;
    static std::size_t index(int value) { return static_cast<std::size_t>(value); }

    void compute(const instruction &i, int value) {
        const bool shifts = i.op == instruction::opcode::shift_left;
        const int a = operand(i.a), b = shifts ? i.b : operand(i.b);
        release(i.a);
        if (!shifts) release(i.b);
        const action act = shifts                             ? action::shift_left
                           : i.op == instruction::opcode::add ? action::add
                                                              : action::sub;
        steps_.push_back({act, take_row(value), a, b});
        store_planes(value);
    }

    int operand(int value) {
        if (row_of_[index(value)] == none) load(value);
        return row_of_[index(value)];
    }

    void load(int input) {
        steps_.push_back({action::load, take_row(input), input, 0});
        store_planes(input);
    }

    int take_row(int value) {
        if (free_.empty()) throw std::logic_error("weights: a transform needs more rows");
        const int r = free_.back();
        free_.pop_back();
        return row_of_[index(value)] = r;
    }

    void store_planes(int value) {
        for (const int plane : planes_of_[index(value)])
            steps_.push_back({turned_[index(plane)] ? action::store_negated : action::store, plane,
                    row_of_[index(value)], 0});
        if (uses_[index(value)] == 0) free_.push_back(row_of_[index(value)]);
    }

    void release(int value) {
        if (--uses_[index(value)] == 0) free_.push_back(row_of_[index(value)]);
    }

    const program &p_;
    const std::vector<bool> &turned_;
    std::vector<int> uses_, row_of_;
    std::vector<std::vector<int>> planes_of_;
    std::vector<int> free_;
    std::vector<step> steps_;
};

weights_transform::weights_transform(const bilinear_algorithm &t) {
    const auto [additions, turned] = compiled(t.weights);
    steps_ = scheduler(additions, turned).steps();
}

void weights_transform::operator()(const std::int16_t *taps, std::ptrdiff_t stride, std::ptrdiff_t count,
        std::byte *planes, const std::ptrdiff_t *plane_offsets) const {
    std::array<row, most_live_rows> rows;
    row negated;
    for (std::ptrdiff_t first = 0; first < count; first += filters_at_once) {
        const auto bytes =
                static_cast<std::size_t>(std::min(count - first, filters_at_once)) * sizeof(taps[0]);
        const auto store = [&](const row &from, int plane) {
            std::memcpy(planes + plane_offsets[plane] + first * std::ptrdiff_t {sizeof(taps[0])}, from.data(),
                    bytes);
        };
        for (const step &s : steps_) {
            const auto at = [&rows](int r) -> row & { return rows[static_cast<std::size_t>(r)]; };
            switch (s.act) {
                case action::load:
                    at(s.to).fill(0);
                    std::memcpy(at(s.to).data(), taps + s.a * stride + first, bytes);
                    break;
                case action::add:
                    combine(at(s.to), at(s.a), at(s.b), [](int x, int y) { return x + y; });
                    break;
                case action::sub:
                    combine(at(s.to), at(s.a), at(s.b), [](int x, int y) { return x - y; });
                    break;
                case action::shift_left:
                    combine(at(s.to), at(s.a), at(s.a), [&s](int x, int) { return x << s.b; });
                    break;
                case action::store: store(at(s.a), s.to); break;
                case action::store_negated:
                    combine(negated, at(s.a), at(s.a), [](int x, int) { return -x; });
                    store(negated, s.to);
            }
        }
    }
}

const weights_transform &weights_transform_of(tile_id tile) {
    static std::array<std::atomic<const weights_transform *>, number_of_tiles> all {};
    std::atomic<const weights_transform *> &made = all[static_cast<std::size_t>(tile)];
    if (const weights_transform *known = made.load()) return *known;
    // Without a lock, which a fork could leave locked: of two threads' one is kept.
    auto own = std::make_unique<const weights_transform>(tile_of(tile));
    const weights_transform *other = nullptr;
    return made.compare_exchange_strong(other, own.get()) ? *own.release() : *other;
}

void inverse_transform_weights(const weights_inverse &inverse, const std::int16_t *u, std::int8_t *weights) {
    for (int tap = 0; tap < inverse.coefficients.rows(); ++tap) {
        std::int32_t sum = 0;
        for (int i = 0; i < inverse.coefficients.cols(); ++i) sum += inverse.coefficients(tap, i) * u[i];
        weights[tap] = static_cast<std::int8_t>(sum / inverse.divisor);
    }
}

} // namespace winodnn
