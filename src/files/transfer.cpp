#include "files/transfer.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>

namespace winodnn {

namespace {

// Signals of a write that fails: held back in this thread, and taken if they came meanwhile.
class held_back_signals {
public:
    held_back_signals() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGPIPE);
        sigaddset(&signals_, SIGXFSZ);
        sigset_t pending;
        sigpending(&pending);
        // Those that wait already are not ours to take.
        for (const int s : {SIGPIPE, SIGXFSZ})
            if (sigismember(&pending, s) != 0) sigdelset(&signals_, s);
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    ~held_back_signals() {
        const int error = errno;
        constexpr timespec at_once {};
        while (sigtimedwait(&signals_, nullptr, &at_once) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = error;
    }
    held_back_signals(const held_back_signals &) = delete;
    held_back_signals &operator=(const held_back_signals &) = delete;

private:
    sigset_t signals_, before_;
};

// Regular files always are; of others, what does not come in time is an error.
bool is_ready(int file, short events) {
    pollfd waiting {file, events, 0};
    const int count = poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(patience).count()));
    if (count == 0) errno = ETIMEDOUT;
    return count > 0 || (count < 0 && errno == EINTR);
}

} // namespace

bool write_all(int file, std::string_view content) {
    const held_back_signals guard;
    while (!content.empty()) {
        const ssize_t written = write(file, content.data(), content.size());
        if (written == 0) errno = EIO;
        if (written > 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN ? !is_ready(file, POLLOUT) : errno != EINTR)
            return false;
    }
    return true;
}

bool read_all(int file, std::string &content, std::size_t most_bytes) {
    std::array<char, 1 << 16> buffer;
    for (;;) {
        // Also before the first read: a pipe that nobody has opened yet would look like an empty file.
        if (!is_ready(file, POLLIN)) return false;
        const ssize_t count = read(file, buffer.data(), buffer.size());
        if (count == 0) return true;
        if (count < 0) {
            if (errno == EINTR || errno == EAGAIN) continue;
            return false;
        }
        content.append(buffer.data(), static_cast<std::size_t>(count));
        if (content.size() > most_bytes) {
            errno = EFBIG;
            return false;
        }
    }
}

} // namespace winodnn
