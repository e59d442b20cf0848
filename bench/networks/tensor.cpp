#include "tensor.hpp"

#include <fstream>
#include <stdexcept>

namespace demo {
namespace {

int value_at(const tensor &t, std::size_t i) {
    return t.is_signed() ? static_cast<std::int8_t>(t.bytes()[i]) : t.bytes()[i];
}

} // namespace

double mean_square(const tensor &t) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < t.size(); ++i) sum += value_at(t, i) * value_at(t, i);
    return static_cast<double>(sum) / static_cast<double>(t.size()) * t.scale * t.scale;
}

share shares(const tensor &t) {
    const int highest = t.is_signed() ? 127 : 255;
    const int lowest = t.is_signed() ? -128 : 0;
    std::size_t nonzero = 0, saturated = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
        const int value = value_at(t, i);
        nonzero += value != 0;
        saturated += value == highest || (value == lowest && value != 0);
    }
    const auto all = static_cast<double>(t.size());
    return {static_cast<double>(nonzero) / all, static_cast<double>(saturated) / all};
}

void load(tensor &t, const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file.read(static_cast<char *>(t.memory.get_data_handle()), static_cast<std::streamsize>(t.size())))
        throw std::runtime_error(path + ": cannot be read");
}

void save(const tensor &t, const std::string &path) {
    std::ofstream file(path, std::ios::binary);
    file.write(static_cast<const char *>(t.memory.get_data_handle()), static_cast<std::streamsize>(t.size()));
    if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

} // namespace demo
