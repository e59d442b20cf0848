// A program that is linked with oneDNN v2, and can load something that brings another oneDNN along.
// Arguments: none, or a plugin and an algorithm for it.
#include "v2_probe.hpp"

#include <dlfcn.h>

int main(int argc, char **argv) {
    v2_probe();
    if (argc < 3) return 0;
    void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) return 2;
    reinterpret_cast<int (*)(const char *)>(dlsym(plugin, "run_probe"))(argv[2]);
    return v2_probe();
}
