#include "weights.hpp"

#include <algorithm>
#include <cmath>

namespace demo {

generator::generator(const std::string &seed) : state_(14695981039346656037u) {
    for (const char c : seed) state_ = (state_ ^ static_cast<unsigned char>(c)) * 1099511628211u;
}

std::uint64_t generator::bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

float generator::normal() {
    const std::uint64_t b = bits();
    const auto part = [b](int i) { return static_cast<int>(b >> (16 * i) & 0xffff); };
    // Four uniform numbers from 0 to 65535 have the variance 4 * 65536^2 / 12.
    const float deviation = 65536 / std::sqrt(3.f);
    return (static_cast<float>(part(0) + part(1) + part(2) + part(3)) - 2 * 65535.f) / deviation;
}

weights make_weights(generator &random, long oc, long ic, long kernel) {
    const long each = ic * kernel * kernel;
    const float deviation = std::sqrt(2 / static_cast<float>(each));
    weights w;
    w.values.resize(static_cast<std::size_t>(oc * each));
    double sum_of_squares = 0;
    for (long o = 0; o < oc; ++o) {
        float largest = 0;
        for (long i = 0; i < each; ++i) {
            const float value = deviation * random.normal();
            w.values[static_cast<std::size_t>(o * each + i)] = value;
            largest = std::max(largest, std::abs(value));
            sum_of_squares += static_cast<double>(value) * value;
        }
        w.oc_scales.push_back(largest / 127);
    }
    w.variance_gain = sum_of_squares / static_cast<double>(oc);
    return w;
}

} // namespace demo
