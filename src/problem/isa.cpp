#include "problem/isa.hpp"

namespace winodnn {

const char *name_of(isa i) {
    switch (i) {
        case isa::avx2: return "avx2";
        case isa::avx2_vnni: return "avx2_vnni";
        case isa::avx512_core: return "avx512_core";
        case isa::avx512_core_vnni: return "avx512_core_vnni";
    }
    return "unknown";
}

} // namespace winodnn
