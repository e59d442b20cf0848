// A program that has never heard of oneDNN and loads something that has. Arguments: plugin, algorithm.
#include <cstdio>
#include <dlfcn.h>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    return reinterpret_cast<int (*)(const char *)>(dlsym(plugin, "run_probe"))(argv[2]);
}
