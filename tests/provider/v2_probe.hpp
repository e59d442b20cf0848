// A program's work with oneDNN v2, fake_v2.cpp: it prints whether all calls arrived there as they were made.
#pragma once

#include "v2_functions.hpp"

#include <cstdio>

inline int v2_probe() {
    void *desc = nullptr, *primitive = nullptr;
    int wrong = 0;
    for (int round = 0; round < 3; ++round) {
        wrong += dnnl_primitive_attr_set_scales(
                v2_handle(7), 1, (std::int64_t {1} << 40) + 1, 2, static_cast<const float *>(v2_handle(8)));
        wrong += dnnl_concat_primitive_desc_create(
                &desc, v2_handle(9), 10, 11, v2_handle(12), v2_handle(7), v2_handle(13));
        wrong += dnnl_primitive_desc_query_md(desc, 129, 7) == v2_handle(6) ? 0 : 99;
        wrong += dnnl_primitive_create(&primitive, desc);
        wrong += dnnl_primitive_execute(primitive, v2_handle(3), 4, v2_handle(5));
        wrong += dnnl_primitive_destroy(primitive);
    }
    std::printf("v2 %s\n", wrong == 0 ? "answered" : "was not reached");
    return 0;
}
