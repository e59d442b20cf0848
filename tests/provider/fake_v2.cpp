// A oneDNN v2 as far as the loader can see: functions of the same names in front of v3's.
#include <cstdlib>

struct version {
    int major, minor, patch;
};

extern "C" {
const version *dnnl_version() {
    static const version v {2, 7, 0};
    return &v;
}
int dnnl_primitive_create() {
    std::abort();
}
int dnnl_convolution_forward_primitive_desc_create() {
    std::abort();
}
int dnnl_primitive_execute() {
    std::abort();
}
}
