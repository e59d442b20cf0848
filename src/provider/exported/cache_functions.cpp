// The functions by which oneDNN's own tests, benchdnn among them, ask whether a primitive came from the
// cache: C++ functions that libdnnl exports, first as dnnl::impl::is_..., since v3.13 as dnnl_test_is_...
#include "provider/exported/cache_functions.hpp"

#include "provider/objects/handle.hpp"
#include "provider/objects/status.hpp"

namespace winodnn {
namespace {

template <typename Handle>
bool ask_onednn(void *first, void *later, Handle handle) {
    if (first != nullptr) return reinterpret_cast<bool (*)(Handle)>(first)(handle);
    if (later != nullptr) return reinterpret_cast<int (*)(Handle)>(later)(handle) != 0;
    return false;
}

bool is_cached(const description &asked) {
    bool answer = false;
    const dnnl_status_t status = guarded([&] {
        answer = asked.is_cached();
        return dnnl_success;
    });
    return status == dnnl_success && answer;
}

bool is_cached(const_dnnl_primitive_desc_t desc) {
    const primitive_desc_handle *handle = ours(desc);
    return handle != nullptr && handle->description ? is_cached(*handle->description)
                                                    : is_in_onednns_cache(real_desc_of(desc));
}

bool is_cached(const_dnnl_primitive_t primitive) {
    const primitive_handle *handle = ours(primitive);
    if (handle != nullptr) return is_cached(*handle->desc.description);
    return ask_onednn(WINODNN_FIND_NEWER(_ZN4dnnl4impl21is_primitive_in_cacheEPK14dnnl_primitive),
            WINODNN_FIND_NEWER(_Z31dnnl_test_is_primitive_in_cachePK14dnnl_primitive), primitive);
}

} // namespace

bool is_in_onednns_cache(const_dnnl_primitive_desc_t desc) {
    return ask_onednn(WINODNN_FIND_NEWER(_ZN4dnnl4impl14is_pd_in_cacheEPK19dnnl_primitive_desc),
            WINODNN_FIND_NEWER(_Z24dnnl_test_is_pd_in_cachePK19dnnl_primitive_desc), desc);
}

} // namespace winodnn

// Named as entry_points.S wants them: served_ and the mangled name.
// NOLINTBEGIN(clang-diagnostic-reserved-identifier)
extern "C" {
bool served__ZN4dnnl4impl14is_pd_in_cacheEPK19dnnl_primitive_desc(const_dnnl_primitive_desc_t desc) {
    return winodnn::is_cached(desc);
}
bool served__ZN4dnnl4impl21is_primitive_in_cacheEPK14dnnl_primitive(const_dnnl_primitive_t primitive) {
    return winodnn::is_cached(primitive);
}
int served__Z24dnnl_test_is_pd_in_cachePK19dnnl_primitive_desc(const_dnnl_primitive_desc_t desc) {
    return winodnn::is_cached(desc) ? 1 : 0;
}
int served__Z31dnnl_test_is_primitive_in_cachePK14dnnl_primitive(const_dnnl_primitive_t primitive) {
    return winodnn::is_cached(primitive) ? 1 : 0;
}
}
// NOLINTEND(clang-diagnostic-reserved-identifier)
