// winodnn and oneDNN's direct convolution on one layer: are the outputs right, and how long do they take.
#pragma once

#include "contender.hpp"
#include "timing/stopwatch.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace winodnn::bench {

struct accuracy_options {
    bool calibrated = false;
    std::string scales;
    double target_snr = 0; // dB
};

struct correctness {
    std::int64_t mismatches = 0;        // accumulators of winodnn that are not the true ones
    std::int64_t direct_mismatches = 0; // and of oneDNN's direct convolution: it saturates without VNNI
    double snr = 0;                     // of winodnn's accumulators that are calibrated, in dB
    std::int64_t different_bytes = 0;   // between the two u8 outputs
};

struct seconds_each {
    double winodnn = 0, direct = 0;
};

class comparison {
public:
    comparison(const layer &l, const accuracy_options &accuracy, bits_each bits);

    bool declined() const { return !ours_; }
    std::string plan() const { return ours_ ? ours_->name() : "declined"; }
    const std::string &why_declined() const { return why_declined_; }
    std::string direct_name() const { return direct_->name(); }

    correctness check();
    // A turn of winodnn's implementation, or of direct convolution; there is none of winodnn's for a declined
    // layer.
    turn time_winodnn() {
        return take_turn([this] { ours_->execute(); });
    }
    turn time_direct() {
        return take_turn([this] { direct_->execute(); });
    }
    // Both in turn, for about so many seconds at the most; nothing, and why, if the times cannot be trusted.
    // For a declined layer both times are direct's.
    std::optional<seconds_each> time(double seconds, std::string &distrust);

private:
    void compare_bytes(correctness &result);

    layer layer_;
    accuracy_options accuracy_;
    layer_data data_;
    dnnl::engine engine_;
    std::optional<contender> direct_, ours_;
    std::string why_declined_;
};

} // namespace winodnn::bench
