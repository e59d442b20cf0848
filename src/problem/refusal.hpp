// Why winodnn does not do what it was asked for: a reason that code and tests go by, and words for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace winodnn {

enum class refusal_reason : std::uint8_t {
    unserved,        // a convolution of another kind than winodnn computes
    limit,           // one of limits.hpp is exceeded
    machine,         // the CPU, the process, or the threads of the oneDNN in it
    onednn,          // oneDNN lacks what a convolution of ours needs of it
    setting,         // the user has said so
    slower,          // direct convolution is as fast or faster, predicted or measured
    growth,          // packed weights would take more memory than is allowed
    foreign_weights, // not packed, or packed for another convolution, machine or version
    corrupt_weights, // changed since they were packed
};

class refusal {
public:
    // A literal is not copied: it allocates nothing.
    template <std::size_t size>
    refusal(refusal_reason reason, const char (&literal)[size]) noexcept
        : reason_(reason), literal_(literal) {}
    refusal(refusal_reason reason, std::string composed) noexcept
        : reason_(reason), composed_(std::move(composed)) {}

    refusal_reason reason() const { return reason_; }
    // One sentence fragment, for verbose output.
    const char *text() const { return is_literal() ? literal_ : composed_.c_str(); }
    bool is_literal() const { return literal_ != nullptr; } // then the text outlives the refusal

private:
    refusal_reason reason_;
    const char *literal_ = nullptr;
    std::string composed_;
};

// A value, or why there is none; of void, whether a check was passed.
template <typename T>
using expected = tl::expected<T, refusal>;

template <typename Text>
tl::unexpected<refusal> refuse(refusal_reason reason, Text &&text) {
    return tl::unexpected(refusal(reason, std::forward<Text>(text)));
}

} // namespace winodnn
