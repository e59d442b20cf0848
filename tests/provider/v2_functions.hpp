// Of oneDNN v2, declared by hand: no header of v2's can be included where v3's are.
#pragma once

#include <cstdint>

// Handles that differ in all bytes that a parameter of another size would lose.
inline void *v2_handle(std::uintptr_t number) {
    return reinterpret_cast<void *>(0x0123456789abcde0u + number);
}

extern "C" {
int dnnl_primitive_create(void **primitive, const void *desc);
int dnnl_primitive_execute(const void *primitive, void *stream, int nargs, const void *args);
int dnnl_primitive_destroy(void *primitive);
const void *dnnl_primitive_desc_query_md(const void *desc, int what, int index);
int dnnl_primitive_attr_set_scales(void *attr, int arg, std::int64_t count, int mask, const float *scales);
int dnnl_concat_primitive_desc_create(void **desc, const void *dst_desc, int count, int dimension,
        const void *src_descs, const void *attr, void *engine);
}
