// Where a file is that a user has named.
#pragma once

#include "files/file_descriptor.hpp"

#include <string>
#include <sys/stat.h>

namespace winodnn {

// Followed: the user's own link stands for the file that it points to. Replaced: by a file of that name,
// where the name was not the user's choice.
enum class links { followed, replaced };

// The folder stays the same one, whatever is renamed meanwhile.
struct file_place {
    file_descriptor folder;
    std::string name;
    // Not /dev/stdout or /dev/fd/3: there the name is a link of /proc, which stands for an open file.
    bool replaceable = true;
};

// Throws std::runtime_error: "PATH: cannot be written: why", for a link that somebody else may have planted
// too.
file_place place_of(const std::string &path, links l = links::followed);

// Whether a link or a file in a folder that everybody can write to belongs to somebody else. Linux refuses
// those, too (fs.protected_symlinks), but not always, and not where links are read.
bool may_be_planted(const struct stat &folder, const struct stat &file);

[[noreturn]] void fail_to_write(const std::string &path, const std::string &reason);
// For the reason in errno.
[[noreturn]] void fail_to_write(const std::string &path, int error);

} // namespace winodnn
