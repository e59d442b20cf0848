// Loads a winodnn, locally and late, and asks it where it is. Argument: libwinodnn.so. Linked with oneDNN.
#include "winodnn/winodnn.h"

#include "oneapi/dnnl/dnnl.h"

#include <cstdio>
#include <dlfcn.h>

int main(int argc, char **argv) {
    if (argc != 2 || dnnl_version()->major != 3) return 2;
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return 2;
    const auto status = reinterpret_cast<decltype(&winodnn_status)>(dlsym(library, "winodnn_status"));
    const char *reason = nullptr;
    const int answer = status(&reason);
    std::printf("status %d %s\n", answer, reason);
    return 0;
}
