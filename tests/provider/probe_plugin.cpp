// The probe as part of a framework that is loaded locally and brings its oneDNN along.
#include "probe.hpp"

extern "C" int run_probe(const char *algorithm) {
    return probe(algorithm);
}
