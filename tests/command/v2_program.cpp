// A program whose oneDNN is a v2, and who calls nothing but its version.
#include <cstdio>

struct version {
    int major, minor, patch;
};

extern "C" const version *dnnl_version();

int main() {
    std::printf("oneDNN v%d\n", dnnl_version()->major);
    return 0;
}
