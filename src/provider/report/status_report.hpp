// What winodnn_status() answers, for verbose output too.
#pragma once

#include "winodnn/winodnn.h"

#include <string>

namespace winodnn {

struct status_report {
    winodnn_status_t status;
    std::string reason;
};

status_report describe_status();
const char *name_of(winodnn_status_t status);

} // namespace winodnn
