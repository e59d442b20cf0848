#include "files/file_replacement.hpp"

#include "files/transfer.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

namespace winodnn {

namespace {

// Nobody can foresee it. If somebody could, O_EXCL would refuse what was put there.
std::string random_name() {
    std::uint64_t number = 0;
    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) number = std::uint64_t(getpid());
    std::array<char, 16> text {};
    const auto [end, error] = std::to_chars(text.begin(), text.end(), number, 16);
    static_cast<void>(error); // 64 bits are at most 16 digits
    return ".winodnn_unfinished." + std::string(text.begin(), end);
}

} // namespace

file_replacement::file_replacement(const std::string &path, links l)
    : file_replacement(path, place_of(path, l)) {}

file_replacement::file_replacement(std::string path, file_place place)
    : path_(std::move(path)), place_(std::move(place)) {
    if (!place_.replaceable) return;
    struct stat old {};
    const bool there = fstatat(place_.folder.get(), place_.name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT) fail_to_write(path_, errno);
    if (!there || S_ISLNK(old.st_mode)) {
        create_unfinished(nullptr);
        return;
    }
    demand_own(old);
    if (S_ISCHR(old.st_mode) || S_ISFIFO(old.st_mode)) {
        place_.replaceable = false;
        return;
    }
    if (S_ISDIR(old.st_mode)) fail_to_write(path_, EISDIR);
    if (!S_ISREG(old.st_mode)) fail_to_write(path_, "it is not a regular file");
    // Renaming would replace files that are protected from writing, too.
    if (faccessat(place_.folder.get(), place_.name.c_str(), W_OK, AT_EACCESS) != 0)
        fail_to_write(path_, errno);
    create_unfinished(&old);
}

file_replacement::~file_replacement() {
    if (!unfinished_.empty()) unlinkat(place_.folder.get(), unfinished_.c_str(), 0);
}

void file_replacement::demand_own(const struct stat &old) const {
    struct stat folder {};
    if (fstat(place_.folder.get(), &folder) != 0) fail_to_write(path_, errno);
    if (may_be_planted(folder, old))
        fail_to_write(path_, "it is another user's, in a folder that everybody can write to");
}

void file_replacement::create_unfinished(const struct stat *old) {
    constexpr int attempts = 100;
    // Until it has the old one's permissions nobody else opens it.
    const mode_t mode = old == nullptr ? 0666 : 0600;
    for (int n = 0; n < attempts && !file_; ++n) {
        std::string name = random_name();
        file_ = open_file(place_.folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (file_) unfinished_ = std::move(name);
        if (!file_ && errno != EEXIST) break;
    }
    if (!file_) fail_to_write(path_, errno);
    if (old != nullptr) keep_permissions(*old);
}

// Whose group cannot be kept gives the new group no more than everybody.
void file_replacement::keep_permissions(const struct stat &old) {
    mode_t mode = old.st_mode & 0777;
    struct stat made {};
    const bool known = fstat(file_.get(), &made) == 0;
    const auto change = [&](uid_t user, gid_t group) { return fchown(file_.get(), user, group) == 0; };
    constexpr uid_t same_user = -1;
    if (!known
            || ((made.st_uid != old.st_uid || made.st_gid != old.st_gid) && !change(old.st_uid, old.st_gid)
                    && !change(same_user, old.st_gid)))
        mode &= ~mode_t {S_IRWXG} | mode << 3;
    fchmod(file_.get(), mode);
}

void file_replacement::commit(std::string_view content) {
    if (!place_.replaceable) {
        write_as_it_is(content);
        return;
    }
    if (!write_all(file_.get(), content)) fail_to_write(path_, errno);
    // Else a machine that goes down could be left with the new name and no content. Some file systems have no
    // fsync.
    if (fsync(file_.get()) != 0 && errno != EINVAL && errno != ENOSYS && errno != EROFS && errno != EINTR)
        fail_to_write(path_, errno);
    if (!file_.close()) fail_to_write(path_, errno);
    const int folder = place_.folder.get();
    if (renameat(folder, unfinished_.c_str(), folder, place_.name.c_str()) != 0) fail_to_write(path_, errno);
    unfinished_.clear();
}

void file_replacement::write_as_it_is(std::string_view content) {
    // Not waiting for a reader that may never come; at the end of what is there, if stdout is a file.
    file_descriptor opened =
            open_file(place_.folder.get(), place_.name.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK);
    if (!opened || !write_all(opened.get(), content) || !opened.close()) fail_to_write(path_, errno);
}

} // namespace winodnn
