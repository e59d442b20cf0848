// Whether the arguments of an execution are those that its attributes ask for, as far as the attributes were
// seen: a program can have set some past us, and passes what they need all the same.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <vector>

namespace winodnn {

struct attribute_settings;

class attribute_arguments {
public:
    explicit attribute_arguments(const attribute_settings &attributes);

    // Each that was seen is there once, and nothing that other attributes could ask for. Throws
    // left_to_onednn.
    void confirm(int count, const dnnl_exec_arg_t *list) const;

private:
    std::vector<int> expected_;
};

} // namespace winodnn
