#include "process/own_folder.hpp"

#include <dlfcn.h>

namespace winodnn {
namespace {

const char anchor = 0; // an address inside this library

} // namespace

std::string beside_this_library(const char *file) {
    Dl_info here {};
    if (dladdr(&anchor, &here) == 0 || here.dli_fname == nullptr) return file;
    const std::string library = here.dli_fname;
    const auto slash = library.rfind('/');
    return (slash == std::string::npos ? "" : library.substr(0, slash + 1)) + file;
}

} // namespace winodnn
