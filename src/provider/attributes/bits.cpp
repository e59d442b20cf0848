// The function of winodnn.h for values of fewer bits than their type has.
#include "provider/attributes/attributes.hpp"
#include "winodnn/winodnn.h"

int winodnn_set_bits(struct dnnl_primitive_attr *attr, int source_bits, int weights_bits) {
    const auto are_bits = [](int bits) { return bits >= 1 && bits <= 8; };
    if (attr == nullptr || !are_bits(source_bits) || !are_bits(weights_bits)) return -1;
    return winodnn::note_bits(attr, source_bits, weights_bits) ? 0 : -1;
}
