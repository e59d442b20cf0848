// What one core does in a cycle, by ISA: the constants of the cost model.
#pragma once

#include "problem/isa.hpp"

namespace winodnn {

// Only ratios of these matter: the model compares convolutions on one machine.
struct isa_rates {
    double direct_macs;   // of oneDNN's direct int8 convolution, a cycle
    double multiply_macs; // of the multiply kernel, a cycle
    double input_cycles;  // of the input transform, for one component of one channel
    double output_cycles; // of the output transform with its scaling, likewise
    // The same for components of 8 bits.
    double multiply_macs_s8, input_cycles_s8, output_cycles_s8;
};

isa_rates rates_of(isa i);

} // namespace winodnn
