// A program that loads, uses and unloads a plug-in that was linked with winodnn, three times. A thread that
// used the plug-in lives on until it is unloaded. Argument: the plug-in.
#include <cstdio>
#include <dlfcn.h>
#include <latch>
#include <thread>

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    for (int round = 0; round < 3; ++round) {
        void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        if (plugin == nullptr) {
            std::fprintf(stderr, "%s\n", dlerror());
            return 2;
        }
        const auto run = reinterpret_cast<int (*)(const char *)>(dlsym(plugin, "run_probe"));
        std::latch used(1), unloaded(1);
        std::thread user([&] {
            run("direct");
            used.count_down();
            unloaded.wait();
        });
        used.wait();
        dlclose(plugin);
        unloaded.count_down();
        user.join();
        std::printf("unloaded\n");
    }
    return 0;
}
