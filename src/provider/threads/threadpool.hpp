// A threadpool of the program's own, which oneDNN was given with each stream.
#pragma once

#include "provider/threads/runtime.hpp"

namespace winodnn {

// Nothing if oneDNN lacks the functions.
std::unique_ptr<const thread_runtime> find_threadpool();

// As long as it lives, executions of the calling thread have this team instead of their stream's: those that
// an asynchronous pool runs.
class team_of_thread {
public:
    explicit team_of_thread(const thread_team &team);
    ~team_of_thread();
    team_of_thread(const team_of_thread &) = delete;
    team_of_thread &operator=(const team_of_thread &) = delete;
};

} // namespace winodnn
