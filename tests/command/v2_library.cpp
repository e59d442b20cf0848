// A oneDNN v2 as far as can be seen from outside.
struct version {
    int major, minor, patch;
    const char *hash;
    unsigned cpu_runtime, gpu_runtime;
};

extern "C" {
const version *dnnl_version() {
    static const version v {2, 7, 3, "0123456789abcdef", 2, 0};
    return &v;
}

int dnnl_primitive_create() {
    return 0;
}

int dnnl_memory_desc_init_by_strides() {
    return 0;
}
}
