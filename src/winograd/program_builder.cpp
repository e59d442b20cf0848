#include "winograd/program_builder.hpp"

#include <stdexcept>
#include <utility>

namespace winodnn {

namespace {

constexpr int none = -1;

} // namespace

int program_builder::emit(instruction::opcode op, int a, int b) {
    if (op == instruction::opcode::add && a > b) std::swap(a, b);
    const instruction wanted {op, a, b};
    const auto value = static_cast<std::size_t>(a);
    if (newest_with_.size() <= value) newest_with_.resize(value + 1, none);
    for (int i = newest_with_[value]; i != none; i = older_[static_cast<std::size_t>(i)])
        if (result_.code[static_cast<std::size_t>(i)] == wanted) return result_.inputs + i;
    const auto index = static_cast<int>(result_.code.size());
    result_.code.push_back(wanted);
    older_.push_back(std::exchange(newest_with_[value], index));
    return result_.inputs + index;
}

signed_value program_builder::add(signed_value x, signed_value y) {
    if (x.negative == y.negative) return {emit(instruction::opcode::add, x.value, y.value), x.negative};
    if (x.negative) std::swap(x, y);
    return {emit(instruction::opcode::sub, x.value, y.value), false};
}

signed_value program_builder::shift_left(signed_value x, int distance) {
    return {emit(instruction::opcode::shift_left, x.value, distance), x.negative};
}

int program_builder::positive(signed_value x) {
    if (x.negative) throw std::invalid_argument("winograd: a transform's row has no positive coefficient");
    return x.value;
}

program program_builder::take(std::vector<int> outputs) {
    result_.outputs = std::move(outputs);
    return std::move(result_);
}

} // namespace winodnn
