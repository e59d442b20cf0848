#include "reach/decoder.hpp"

#include <dlfcn.h>

namespace winodnn {

expected<decoder> decoder::load(const std::string &path) {
    void *module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void *decode = module == nullptr ? nullptr : dlsym(module, "winodnn_zydis_decode");
    if (decode != nullptr) return decoder(reinterpret_cast<decltype(&winodnn_zydis_decode)>(decode));
    const char *why = dlerror();
    return refuse(refusal_reason::machine,
            std::string("libwinodnn-zydis.so cannot be loaded (it needs Zydis, Debian's libzydis4.0): ")
                    + (why == nullptr ? "unknown error" : why));
}

} // namespace winodnn
