// The tuning file of a process: what it says, and what is added.
#pragma once

#include "tuning/tuning_file.hpp"

#include <optional>

namespace winodnn {

// Not for several threads at once.
class tuning_store {
public:
    explicit tuning_store(std::string path) : path_(std::move(path)) {}

    // Looks into the file again for what it did not have: another process may have measured it.
    std::optional<tuning_result> find(const tuning_key &key);
    // Known from now on, whether or not it can be written.
    void add(const tuning_key &key, const tuning_result &result);
    // An error has ended the use of the file: nothing new is measured. It was reported on stderr.
    bool failed() const { return failed_; }

private:
    void fail(const char *error);

    std::string path_;
    tuning_results known_;
    bool failed_ = false;
};

} // namespace winodnn
