#include "stopwatch.hpp"

#include <chrono>
#include <sys/resource.h>

namespace winodnn::bench {

double now_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

long involuntary_switches() {
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
}

} // namespace winodnn::bench
