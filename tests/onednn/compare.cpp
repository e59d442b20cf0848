#include "onednn/compare.hpp"

#include <algorithm>
#include <cmath>

namespace winodnn::testing {
namespace {

// exp turns a step of its argument into as many relative steps as the argument is large, and for a finite
// result that is at most ln of the result. Soft relu adds and subtracts multiples of ln 2 as large as its
// argument, until exp of that is 0: 88.
double amplification(const problem &p, double largest) {
    const auto has = [&p](dnnl::algorithm function) {
        return std::ranges::any_of(p.post_ops, [function](const post_op &op) {
            return op.op == post_op::kind::staged && op.function == int(function);
        });
    };
    return std::max({1., has(dnnl::algorithm::eltwise_exp) ? std::log(largest) : 1.,
            has(dnnl::algorithm::eltwise_soft_relu) ? 88. / 32. : 1.});
}

// oneDNN v3.2's brgconv at AVX2-VNNI computes other sums of 5x5 kernels than at every other instruction set,
// where a source with a zero point has four columns of padding.
bool is_wrong_in_onednn(const problem &p) {
    return dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx2_vnni && p.src_zero_point && p.kw == 5
           && std::max(p.pad_l, p.pad_r) >= 4;
}

// A root turns a difference at 0 into the root of it.
double root_of(const problem &p, double difference) {
    double most = 0;
    for (const post_op &op : p.post_ops)
        if (op.op == post_op::kind::sqrt)
            most = std::max(most, double(std::fabs(op.alpha)) * std::sqrt(difference));
    return most;
}

bool has_staged(const problem &p) {
    return std::ranges::any_of(p.post_ops, [](const post_op &op) { return op.op == post_op::kind::staged; });
}

// How far apart rounding can take two evaluations that begin with the same integers. Integer results: one
// step, but large s32 values are f32 first, whose steps grow. Floats: some steps of the type at the size of
// the largest value, because terms that cancel leave the error of their own size.
bool is_near(const problem &p, double largest, const std::vector<std::uint8_t> &a,
        const std::vector<std::uint8_t> &b) {
    const dim count = dim(a.size() / size_of(p.dst));
    for (dim i = 0; i < count; ++i) {
        const double value = read_value(p.dst, b.data(), i);
        if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
    }
    // What oneDNN approximates is the difference of numbers near 1 where it is near 0.
    if (has_staged(p)) largest = std::max(largest, 1.);
    const double step = p.dst == data_type::bf16  ? std::ldexp(1., -8)
                        : p.dst == data_type::f16 ? std::ldexp(1., -11)
                                                  : std::ldexp(1., -24);
    const double tolerance = is_integer(p.dst) && size_of(p.dst) == 1
                                     ? 1.
                                     : 1e-30 + 64. * step * largest * amplification(p, largest)
                                               + root_of(p, 64. * step * largest);
    for (dim i = 0; i < count; ++i) {
        const double x = read_value(p.dst, a.data(), i), y = read_value(p.dst, b.data(), i);
        // What functions make of an infinity is nowhere defined.
        if (x == y || (!std::isfinite(x) && !std::isfinite(y))) continue;
        if (!(std::fabs(x - y) <= std::max(tolerance, is_integer(p.dst) ? 1. : 0.))) return false;
    }
    return true;
}

// What a post-op multiplies by, at most.
double factor_of(const post_op &op, const std::vector<std::uint8_t> &operand) {
    switch (op.op) {
        case post_op::kind::linear: return std::fabs(op.alpha);
        case post_op::kind::relu: return std::max(1., double(std::fabs(op.alpha)));
        case post_op::kind::binary_mul:
        case post_op::kind::prelu: {
            double most = op.op == post_op::kind::prelu ? 1 : 0;
            for (dim i = 0; i < dim(operand.size() / size_of(op.type)); ++i)
                most = std::max(most, std::fabs(double(read_value(op.type, operand.data(), i))));
            return most;
        }
        default: return 1;
    }
}

// Of what sum post-ops add, as what follows multiplies it: terms can cancel first, the error of their size
// does not.
double largest_term(const problem &p, const case_data &data) {
    double largest = 0;
    for (std::size_t n = 0; n < p.post_ops.size(); ++n) {
        const post_op &op = p.post_ops[n];
        for (dim i = 0; op.op == post_op::kind::sum && i < dim(data.dst_before.size() / size_of(p.dst)); ++i)
            largest = std::max(
                    largest, std::fabs(double(op.scale) * read_value(p.dst, data.dst_before.data(), i)));
        largest *= factor_of(op, data.operands[n]);
    }
    return largest;
}

// The same values: zeros of either sign are, and whatever is not a number.
bool same(const problem &p, const std::vector<std::uint8_t> &a, const std::vector<std::uint8_t> &b) {
    if (a == b || is_integer(p.dst)) return a == b;
    for (dim i = 0; i < dim(a.size() / size_of(p.dst)); ++i) {
        const float x = read_value(p.dst, a.data(), i), y = read_value(p.dst, b.data(), i);
        if (x != y && !(std::isnan(x) && std::isnan(y))) return false;
    }
    return true;
}

} // namespace

const char *name_of(verdict v) {
    switch (v) {
        case verdict::equal: return "equal";
        case verdict::formula: return "as the formula";
        case verdict::not_the_formula: return "neither as oneDNN nor as the formula";
        case verdict::far: return "as the formula, but far from oneDNN";
        case verdict::other_bytes: return "not as oneDNN";
    }
    return "";
}

verdict compare(const drawn_case &d, const std::vector<std::uint8_t> &winodnn,
        const std::vector<std::uint8_t> &onednn) {
    if (same(d.c.p, winodnn, onednn)) return verdict::equal;
    if (!d.is_candidate()) return verdict::other_bytes;
    const case_data data(d.c);
    if (!same(d.c.p, expected_dst(d.c, data), winodnn)) return verdict::not_the_formula;
    if (is_wrong_in_onednn(d.c.p)) return verdict::formula;
    return is_near(d.c.p, largest_term(d.c.p, data), winodnn, onednn) ? verdict::formula : verdict::far;
}

} // namespace winodnn::testing
