#include "files/file_lock.hpp"

#include "files/folder.hpp"
#include "support/child.hpp"

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>
#include <vector>

namespace winodnn::testing {
namespace {

using std::chrono::milliseconds;

class file_lock_test : public in_a_folder {
protected:
    std::string error_within(milliseconds longest) const {
        return error_of([&] { const file_lock taken(place_of(path_), path_, longest); });
    }
};

// A process that waits to be killed.
class child {
public:
    template <typename Work>
    explicit child(const Work &work) {
        int ends[2];
        if (pipe(ends) != 0) return;
        pid_ = fork();
        if (pid_ == 0) {
            work([&] {
                EXPECT_EQ(::write(ends[1], "r", 1), 1);
                for (;;) pause();
            });
            _exit(1);
        }
        close(ends[1]);
        char byte = 0;
        EXPECT_EQ(read(ends[0], &byte, 1), 1) << "the child has ended";
        close(ends[0]);
    }
    ~child() { kill_now(); }
    child(const child &) = delete;
    child &operator=(const child &) = delete;

    void kill_now() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    pid_t pid_ = -1;
};

TEST_F(file_lock_test, is_not_kept_by_a_child_that_was_forked_meanwhile) {
    std::optional<file_lock> held;
    held.emplace(place_of(path_), path_);
    const child bystander([](const auto &ready) { ready(); });
    EXPECT_NE(error_within(milliseconds(20)), "") << "nothing was locked";
    held.reset();
    EXPECT_EQ(error_within(milliseconds(2000)), "");
}

TEST_F(file_lock_test, is_waited_for_so_long_and_ends_with_its_process) {
    child holder([&](const auto &ready) {
        const file_lock held(place_of(path_), path_);
        ready();
    });
    EXPECT_EQ(error_within(milliseconds(1100)),
            path_ + ".lock: cannot be locked: somebody else has held it for 1 s");
    std::thread killer([&] {
        std::this_thread::sleep_for(milliseconds(100));
        holder.kill_now();
    });
    EXPECT_EQ(error_within(milliseconds(5000)), "");
    killer.join();
}

TEST_F(file_lock_test, is_one_threads_at_a_time) {
    std::atomic<int> inside {0};
    int most = 0, taken = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k) {
                const file_lock mine(place_of(path_), path_, std::chrono::seconds(60));
                most = std::max(most, ++inside);
                ++taken;
                --inside;
            }
        });
    for (std::thread &t : threads) t.join();
    EXPECT_EQ(most, 1);
    EXPECT_EQ(taken, 80);
}

// The thread that holds it is not in the child, and will not give back there what it has.
TEST_F(file_lock_test, child_that_is_forked_while_a_thread_holds_it_takes_its_turn) {
    std::atomic<bool> holds {false}, done {false};
    std::thread holder([&] {
        const file_lock held(place_of(path_), path_);
        holds = true;
        while (!done) std::this_thread::yield();
    });
    while (!holds) std::this_thread::yield();
    EXPECT_EQ(in_child([&] { return error_within(milliseconds(20)).empty() ? 1 : 0; }), 0)
            << "the parent has it";
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t waiting = fork();
    if (waiting == 0) {
        char byte = 0;
        _exit(read(ends[0], &byte, 1) == 1 && error_within(milliseconds(5000)).empty() ? 0 : 1);
    }
    done = true;
    holder.join();
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
    int status = -1;
    waitpid(waiting, &status, 0);
    EXPECT_EQ(status, 0);
    close(ends[0]);
    close(ends[1]);
}

TEST_F(file_lock_test, is_no_link_and_no_pipe) {
    const std::string victim = folder_ / "victim", lock = path_ + ".lock";
    write(victim, "precious");
    std::filesystem::create_symlink(victim, lock);
    EXPECT_EQ(error_within(milliseconds(50)), lock + ": cannot be locked: it is a link");
    EXPECT_EQ(text_of(victim), "precious");
    std::filesystem::remove(lock);
    ASSERT_EQ(mkfifo(lock.c_str(), 0600), 0);
    EXPECT_EQ(error_within(milliseconds(50)), lock + ": cannot be locked: it is not a regular file");
}

} // namespace
} // namespace winodnn::testing
