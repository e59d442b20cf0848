// A 3x3 layer of square images, padded to keep their size.
#pragma once

#include "problem/problem.hpp"

namespace winodnn::testing {

inline problem layer(dim mb, dim ic, dim pixels, dim oc) {
    problem p;
    p.mb = mb;
    p.ic = ic;
    p.oc = oc;
    p.ih = p.iw = p.oh = p.ow = pixels;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    return p;
}

} // namespace winodnn::testing
