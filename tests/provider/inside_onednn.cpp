// The real functions behind those of inside_onednn.py, before anybody can call them.
#include "oneapi/dnnl/dnnl.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

struct inside_function {
    const char *name;
    void *real;
};
extern "C" inside_function inside_functions[] __attribute__((visibility("hidden")));

extern "C" __attribute__((visibility("hidden"))) const dnnl_version_t *dnnl_version() {
    static const dnnl_version_t version = {DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, DNNL_VERSION_PATCH,
            "inside", DNNL_CPU_RUNTIME, DNNL_GPU_RUNTIME};
    return &version;
}

[[gnu::constructor]] static void find_real_functions() {
    void *library = dlopen(WINODNN_ONEDNN, RTLD_NOW | RTLD_LOCAL);
    for (inside_function *f = inside_functions; f->name != nullptr; ++f)
        if (library == nullptr || (f->real = dlsym(library, f->name)) == nullptr) {
            std::fprintf(stderr, "%s has no %s\n", WINODNN_ONEDNN, f->name);
            std::abort();
        }
}
