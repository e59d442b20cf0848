// How many vector instructions this CPU starts in a cycle: what differs between CPUs of one ISA. Measured,
// because the number of units follows from no CPUID bit.
#pragma once

#include "isa/isa.hpp"

namespace winodnn {

struct vector_units {
    int multiplies = 1; // vpdpwssd, or vpmaddwd where there is none
    int adds = 2;       // vpaddd
};

// Of the ISA's widest vectors. Takes 0.2 ms when first asked for an ISA that the CPU has, nothing after that.
vector_units units_of(isa i);

} // namespace winodnn
