// A oneDNN v2 as far as the loader can see: functions with the names of v3's, some with other parameters.
// Each answers 0 if it was given what v2_probe.hpp gives it.
#include "v2_functions.hpp"

namespace {

struct version {
    int major, minor, patch;
};

int answer(bool right) {
    return right ? 0 : 99;
}

} // namespace

extern "C" {
const version *dnnl_version() {
    static const version v {2, 7, 0};
    return &v;
}
int dnnl_primitive_create(void **primitive, const void *desc) {
    *primitive = v2_handle(2);
    return answer(desc == v2_handle(1));
}
int dnnl_primitive_execute(const void *primitive, void *stream, int nargs, const void *args) {
    return answer(primitive == v2_handle(2) && stream == v2_handle(3) && nargs == 4 && args == v2_handle(5));
}
int dnnl_primitive_destroy(void *primitive) {
    return answer(primitive == v2_handle(2));
}
const void *dnnl_primitive_desc_query_md(const void *desc, int what, int index) {
    return desc == v2_handle(1) && what == 129 && index == 7 ? v2_handle(6) : nullptr;
}
int dnnl_primitive_attr_set_scales(void *attr, int arg, std::int64_t count, int mask, const float *scales) {
    return answer(attr == v2_handle(7) && arg == 1 && count == (std::int64_t {1} << 40) + 1 && mask == 2
                  && scales == v2_handle(8));
}
int dnnl_concat_primitive_desc_create(void **desc, const void *dst_desc, int count, int dimension,
        const void *src_descs, const void *attr, void *engine) {
    *desc = v2_handle(1);
    return answer(dst_desc == v2_handle(9) && count == 10 && dimension == 11 && src_descs == v2_handle(12)
                  && attr == v2_handle(7) && engine == v2_handle(13));
}
}
