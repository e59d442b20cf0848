// The work with oneDNN v2 as part of something that is loaded locally.
#include "v2_probe.hpp"

extern "C" int run_probe(const char *) {
    return v2_probe();
}
