#include "winograd/program_builder.hpp"

#include <iterator>
#include <stdexcept>
#include <utility>

namespace winodnn {

int program_builder::emit(instruction::kind op, int a, int b) {
    if (op == instruction::kind::add && a > b) std::swap(a, b);
    // Of a value, a value or distance, and one of three kinds.
    const std::uint64_t key = (static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint32_t>(b)) * 3
                              + static_cast<std::uint64_t>(op);
    const auto [found, is_new] = emitted_.try_emplace(key, result_.inputs + std::ssize(result_.code));
    if (is_new) result_.code.push_back({op, a, b});
    return found->second;
}

signed_value program_builder::add(signed_value x, signed_value y) {
    if (x.negative == y.negative) return {emit(instruction::kind::add, x.value, y.value), x.negative};
    if (x.negative) std::swap(x, y);
    return {emit(instruction::kind::sub, x.value, y.value), false};
}

signed_value program_builder::shift_left(signed_value x, int distance) {
    return {emit(instruction::kind::shift_left, x.value, distance), x.negative};
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
