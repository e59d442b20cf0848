// What a request has to be for winodnn to serve it.
#pragma once

#include "problem/refusal.hpp"

namespace winodnn {

// For what translates a request, and for nobody else: translate() catches it.
template <std::size_t size>
void demand(bool condition, const char (&reason)[size]) {
    if (!condition) throw refusal(refusal_reason::unserved, reason);
}

} // namespace winodnn
