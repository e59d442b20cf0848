#include "provider/attributes/watched_attr.hpp"

#include "provider/attributes/attributes.hpp"
#include "provider/objects/status.hpp"

namespace winodnn {

void release_watched::operator()(dnnl_primitive_attr_t attr) const {
    note_destroyed(attr);
    release_(attr);
}

watched_attr copy_of(const_dnnl_primitive_attr_t attr) {
    dnnl_primitive_attr_t copy = nullptr;
    require(attr == nullptr ? real().dnnl_primitive_attr_create(&copy)
                            : real().dnnl_primitive_attr_clone(&copy, attr));
    watched_attr owned(copy);
    if (attr == nullptr)
        note_created(copy);
    else
        note_cloned(copy, attr);
    return owned;
}

} // namespace winodnn
