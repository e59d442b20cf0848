#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace winodnn::testing {

// What a child process returns; -1 if it was killed.
template <typename Work>
int in_child(const Work &work) {
    const pid_t child = fork();
    if (child == 0) _exit(work());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace winodnn::testing
