#include "files/file_lock.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace winodnn {

namespace {

// Record locks do not hold up threads of one process, and end when the process closes the file anywhere: so
// one thread at a time. Who holds it is a process, so that a child which was forked meanwhile sees that it is
// none of its threads.
constinit std::atomic<pid_t> process_inside {0};

bool enter() {
    const pid_t me = getpid();
    pid_t inside = 0;
    if (process_inside.compare_exchange_strong(inside, me)) return true;
    return inside != me && process_inside.compare_exchange_strong(inside, me);
}

void leave() {
    process_inside = 0;
}

std::string reason_of(int error) {
    if (error == ELOOP) return "it is a link";
    if (error == EINVAL) return "it is not a regular file";
    return std::generic_category().message(error);
}

[[noreturn]] void fail(const std::string &path, const std::string &reason) {
    throw std::runtime_error(path + ".lock: cannot be locked: " + reason);
}

} // namespace

file_lock::file_lock(const file_place &place, const std::string &path, std::chrono::milliseconds longest) {
    using clock = std::chrono::steady_clock;
    const std::string name = place.name + ".lock";
    const clock::time_point end = clock::now() + longest;
    std::chrono::milliseconds pause {1};
    constexpr std::chrono::milliseconds longest_pause {50};
    for (;;) {
        if (enter()) {
            file_ = open_file(
                    place.folder.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666);
            if (file_ && take()) return;
            const int error = errno;
            file_.close(); // before another thread can have the lock
            leave();
            if (error != EAGAIN && error != EINTR) fail(path, reason_of(error));
        }
        if (clock::now() >= end) {
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
            fail(path, "somebody else has held it for " + std::to_string(seconds.count()) + " s");
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, longest_pause);
    }
}

file_lock::~file_lock() {
    file_.close();
    leave();
}

bool file_lock::take() {
    struct stat file {};
    if (fstat(file_.get(), &file) != 0) return false;
    if (!S_ISREG(file.st_mode)) {
        errno = EINVAL;
        return false;
    }
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return fcntl(file_.get(), F_SETLK, &whole) == 0;
}

} // namespace winodnn
