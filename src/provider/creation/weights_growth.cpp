#include "provider/creation/weights_growth.hpp"

#include "environment/environment.hpp"
#include "winodnn/winodnn.h"

#include <atomic>

namespace winodnn {
namespace {

constexpr double not_set = 0;
constinit std::atomic<double> set_by_program {not_set};

} // namespace

double max_weights_growth() {
    const double factor = set_by_program.load(std::memory_order_relaxed);
    return factor == not_set ? environment().max_weights_growth : factor;
}

} // namespace winodnn

int winodnn_set_max_weights_growth(double factor) {
    if (!(factor >= winodnn::least_max_weights_growth)) return -1;
    winodnn::set_by_program.store(factor, std::memory_order_relaxed);
    return 0;
}

double winodnn_max_weights_growth(void) {
    return winodnn::max_weights_growth();
}
