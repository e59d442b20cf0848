// Files that are written whole or not at all.
#pragma once

#include "files/file_place.hpp"

#include <string>
#include <string_view>

namespace winodnn {

// A file that is to take the place of another one, or of none. It is written under a name of its own, in the
// same folder, and then renamed: readers see the old or the new one, whole. The new one has the permissions
// of the old one, or if there was none those that the umask leaves; what cannot be written is not replaced.
// Terminals, pipes and other devices (/dev/stdout, /dev/null) are written as they are.
class file_replacement {
public:
    // Both throw std::runtime_error: "PATH: cannot be written: why". A file that cannot be written is noticed
    // before there is anything to write.
    explicit file_replacement(const std::string &path, links l = links::followed);
    file_replacement(std::string path, file_place place);
    // What was not committed leaves nothing behind.
    ~file_replacement();
    file_replacement(const file_replacement &) = delete;
    file_replacement &operator=(const file_replacement &) = delete;

    // Once.
    void commit(std::string_view content);

private:
    void demand_own(const struct stat &old) const;
    void create_unfinished(const struct stat *old);
    void keep_permissions(const struct stat &old);
    void write_as_it_is(std::string_view content);

    const std::string path_; // as the user has named it
    file_place place_;
    file_descriptor file_;   // the unfinished one
    std::string unfinished_; // its name in the folder; empty: there is none
};

} // namespace winodnn
