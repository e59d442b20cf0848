// Exact fractions, for deriving transform matrices. Tile sizes are tiny: 64 bits are plenty.
#pragma once

#include <cstdint>
#include <numeric>

namespace winodnn {

class rational {
public:
    constexpr rational(std::int64_t numerator = 0, std::int64_t denominator = 1)
        : num_(numerator), den_(denominator) {
        if (den_ < 0) {
            num_ = -num_;
            den_ = -den_;
        }
        const std::int64_t g = std::gcd(num_, den_);
        if (g > 1) {
            num_ /= g;
            den_ /= g;
        }
    }

    constexpr std::int64_t num() const { return num_; }
    constexpr std::int64_t den() const { return den_; }

    friend constexpr rational operator+(rational a, rational b) {
        return {a.num_ * b.den_ + b.num_ * a.den_, a.den_ * b.den_};
    }
    friend constexpr rational operator-(rational a, rational b) {
        return {a.num_ * b.den_ - b.num_ * a.den_, a.den_ * b.den_};
    }
    friend constexpr rational operator*(rational a, rational b) { return {a.num_ * b.num_, a.den_ * b.den_}; }
    friend constexpr rational operator/(rational a, rational b) { return {a.num_ * b.den_, a.den_ * b.num_}; }
    friend constexpr bool operator==(rational a, rational b) = default;

private:
    std::int64_t num_, den_;
};

} // namespace winodnn
