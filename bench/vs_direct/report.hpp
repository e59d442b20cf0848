// The table that vs_direct prints as layers finish.
#pragma once

#include "record.hpp"

#include <vector>

namespace winodnn::bench {

class report {
public:
    explicit report(bool calibrated) : calibrated_(calibrated) {}

    void begin() const; // the head
    void add(const record &r);
    void finish() const; // means over all layers

private:
    bool calibrated_;
    std::size_t layers_ = 0;
    std::vector<double> decibels_;
    std::vector<double> speedups_; // of the layers whose times can be trusted
    long long declined_ = 0, mismatches_ = 0;
};

} // namespace winodnn::bench
