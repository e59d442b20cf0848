#include "tuning/tuning_store.hpp"

#include "files/standard_streams.hpp"

#include <stdexcept>

namespace winodnn {

std::optional<tuning_result> tuning_store::find(const tuning_key &key) {
    if (!known_.contains(key) && !failed_) {
        try {
            known_.merge(read_tuning(path_));
        } catch (const std::runtime_error &error) {
            fail(error.what());
        }
    }
    const auto found = known_.find(key);
    if (found == known_.end()) return {};
    return found->second;
}

void tuning_store::add(const tuning_key &key, const tuning_result &result) {
    known_[key] = result;
    try {
        add_to_tuning(path_, key, result);
    } catch (const std::runtime_error &error) {
        fail(error.what());
    }
}

void tuning_store::fail(const char *error) {
    failed_ = true;
    print_to_stderr("winodnn: WINODNN_TUNE=%s; layers are not measured\n", error);
}

} // namespace winodnn
