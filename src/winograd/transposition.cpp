#include "winograd/transposition.hpp"

#include "winograd/program_builder.hpp"

#include <optional>
#include <stdexcept>

namespace winodnn {

namespace {

// What has been added up so far of each value's transposed one.
class sums {
public:
    sums(program_builder &out, int values) : out_(out), sums_(static_cast<std::size_t>(values)) {}

    void add(int value, signed_value x) {
        std::optional<signed_value> &sum = sums_[static_cast<std::size_t>(value)];
        sum = sum ? out_.add(*sum, x) : x;
    }

    signed_value sum_of(int value) const {
        const std::optional<signed_value> &sum = sums_[static_cast<std::size_t>(value)];
        if (!sum) throw std::invalid_argument("winograd: a program has a value that nothing uses");
        return *sum;
    }

private:
    program_builder &out_;
    std::vector<std::optional<signed_value>> sums_;
};

} // namespace

program transposed(const program &p, const std::vector<bool> &negative) {
    program_builder out(static_cast<int>(p.outputs.size()));
    sums totals(out, p.inputs + static_cast<int>(p.code.size()));
    for (std::size_t i = 0; i < p.outputs.size(); ++i)
        totals.add(p.outputs[i], {static_cast<int>(i), negative[i]});
    for (std::size_t n = p.code.size(); n-- > 0;) {
        const instruction &i = p.code[n];
        const signed_value total = totals.sum_of(p.inputs + static_cast<int>(n));
        if (i.op == instruction::opcode::shift_left) {
            totals.add(i.a, out.shift_left(total, i.b));
            continue;
        }
        totals.add(i.a, total);
        totals.add(i.b, i.op == instruction::opcode::sub ? -total : total);
    }
    std::vector<int> outputs;
    for (int input = 0; input < p.inputs; ++input)
        outputs.push_back(program_builder::positive(totals.sum_of(input)));
    return out.take(std::move(outputs));
}

} // namespace winodnn
