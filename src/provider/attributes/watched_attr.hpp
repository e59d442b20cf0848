// Attributes of our own, as programs make them.
#pragma once

#include "provider/onednn/owned.hpp"

#include <memory>

namespace winodnn {

class release_watched {
public:
    void operator()(dnnl_primitive_attr_t attr) const;

private:
    release_real release_;
};
// Real attributes that the watcher knows.
using watched_attr = std::unique_ptr<dnnl_primitive_attr, release_watched>;
// A copy, of default attributes for nullptr. Throws failure.
watched_attr copy_of(const_dnnl_primitive_attr_t attr);

} // namespace winodnn
