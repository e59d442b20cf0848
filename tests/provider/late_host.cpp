// A program that has never heard of oneDNN. It asks winodnn, if that is in the process, and calls what it
// finds under oneDNN's names; then it loads plugins, one after the other, runs each and unloads it.
// Arguments: algorithm, plugins.
#include <cstdio>
#include <dlfcn.h>

namespace {

void ask() {
    const auto status = reinterpret_cast<int (*)(const char **)>(dlsym(RTLD_DEFAULT, "winodnn_status"));
    const char *reason = nullptr;
    if (status != nullptr) std::printf("status %d\n", status(&reason));
    const auto create = reinterpret_cast<int (*)(void **)>(dlsym(RTLD_DEFAULT, "dnnl_primitive_attr_create"));
    const auto query = reinterpret_cast<const void *(*)(void *, int, int)>(
            dlsym(RTLD_DEFAULT, "dnnl_primitive_desc_query_md"));
    void *attr = nullptr;
    if (create != nullptr && query != nullptr)
        std::printf("attr %d md %d\n", create(&attr), query(nullptr, 129, 0) != nullptr);
}

} // namespace

int main(int argc, char **argv) {
    ask();
    for (int i = 2; i < argc; ++i) {
        void *plugin = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        if (plugin == nullptr) {
            std::fprintf(stderr, "%s\n", dlerror());
            return 2;
        }
        reinterpret_cast<int (*)(const char *)>(dlsym(plugin, "run_probe"))(argv[1]);
        dlclose(plugin);
        ask();
    }
    return 0;
}
