// A library that is linked with oneDNN v2 and does nothing.
extern "C" __attribute__((visibility("default"))) int v2_wrapper() {
    return 2;
}
