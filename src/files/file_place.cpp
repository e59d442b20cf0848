#include "files/file_place.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdexcept>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

namespace winodnn {

namespace {

constexpr int most_links = 40; // as Linux

// Relative to a folder, or AT_FDCWD. The system follows the links on the way to the last name.
file_place split(const std::string &path, int from, const std::string &users_path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    file_place place {open_file(from, folder.c_str(), O_PATH | O_DIRECTORY), path.substr(slash + 1)};
    if (!place.folder) fail_to_write(users_path, errno);
    if (place.name.empty()) fail_to_write(users_path, "it names no file");
    return place;
}

std::string target_of(const file_place &place, const std::string &path) {
    std::array<char, PATH_MAX> text {};
    const ssize_t length = readlinkat(place.folder.get(), place.name.c_str(), text.data(), text.size());
    if (length < 0) fail_to_write(path, errno);
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

file_place place_of(const std::string &path, links l) {
    file_place place = split(path, AT_FDCWD, path);
    for (int followed = 0;; ++followed) {
        struct stat file {
        }, folder {};
        const bool there = fstatat(place.folder.get(), place.name.c_str(), &file, AT_SYMLINK_NOFOLLOW) == 0;
        if (!there || !S_ISLNK(file.st_mode) || l == links::replaced) return place;
        struct statfs system {};
        if (fstat(place.folder.get(), &folder) != 0 || fstatfs(place.folder.get(), &system) != 0)
            fail_to_write(path, errno);
        if (system.f_type == PROC_SUPER_MAGIC) {
            place.replaceable = false;
            return place;
        }
        if (may_be_planted(folder, file))
            fail_to_write(path, "it is another user's link, in a folder that everybody can write to");
        if (followed == most_links) fail_to_write(path, ELOOP);
        place = split(target_of(place, path), place.folder.get(), path);
    }
}

bool may_be_planted(const struct stat &folder, const struct stat &file) {
    constexpr mode_t shared = S_ISVTX | S_IWOTH;
    return (folder.st_mode & shared) == shared && file.st_uid != geteuid() && file.st_uid != folder.st_uid;
}

void fail_to_write(const std::string &path, const std::string &reason) {
    throw std::runtime_error(path + ": cannot be written: " + reason);
}

void fail_to_write(const std::string &path, int error) {
    fail_to_write(path, std::generic_category().message(error));
}

} // namespace winodnn
