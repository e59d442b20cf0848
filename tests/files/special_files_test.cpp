// Files that are no regular ones: they are written as they are, never replaced, and never waited for for
// ever.
#include "files/file_replacement.hpp"

#include "files/folder.hpp"
#include "support/child.hpp"
#include "support/device.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

namespace winodnn::testing {
namespace {

class special_files : public in_a_folder {
protected:
    static void replace(const std::string &path, const std::string &text = "new") {
        file_replacement(path).commit(text);
    }
};

TEST_F(special_files, device_stays_a_device) {
    const std::string device = make_device(path_, null_device);
    if (device.empty()) GTEST_SKIP() << "devices cannot be made here";
    replace(device);
    EXPECT_TRUE(std::filesystem::is_character_file(device));
    EXPECT_EQ(names(), device == path_ ? "f.json" : "");
}

TEST_F(special_files, full_device_is_an_error) {
    const std::string device = make_device(path_, full_device);
    if (device.empty()) GTEST_SKIP() << "devices cannot be made here";
    EXPECT_EQ(error_of([&] { replace(device); }), device + ": cannot be written: No space left on device");
}

// A file system of the test's own that is too small.
TEST_F(special_files, full_disk_is_an_error_and_leaves_the_old_file) {
    constexpr int not_permitted = 77;
    const int result = in_child([&] {
        if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
                || mount("none", folder_.c_str(), "tmpfs", 0, "size=64k") != 0)
            return not_permitted;
        write(path_, "old");
        const std::string error = error_of([&] { replace(path_, std::string(300000, 'x')); });
        if (error != path_ + ": cannot be written: No space left on device") return 1;
        return text_of(path_) == "old" && names() == "f.json" ? 0 : 2;
    });
    if (result == not_permitted) GTEST_SKIP() << "no file system can be mounted here";
    EXPECT_EQ(result, 0);
}

// As >(gzip >file) makes one.
TEST_F(special_files, pipe_gets_everything) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    const std::string text(300000, 'x'); // more than a pipe holds
    std::string got;
    std::thread reader([&] { got = text_of(path_); });
    while (!error_of([&] { replace(path_, text); }).empty()) std::this_thread::yield(); // until it is there
    reader.join();
    EXPECT_EQ(got, text);
    EXPECT_TRUE(std::filesystem::is_fifo(path_));
    EXPECT_EQ(names(), "f.json");
}

TEST_F(special_files, pipe_without_a_reader_is_an_error) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    EXPECT_EQ(error_of([&] { replace(path_); }), path_ + ": cannot be written: No such device or address");
}

TEST_F(special_files, reader_that_goes_away_is_an_error_and_no_signal) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    std::thread closer([&] {
        char byte = 0;
        while (read(reader, &byte, 1) != 1) std::this_thread::yield();
        close(reader);
    });
    EXPECT_EQ(error_of([&] { replace(path_, std::string(1000000, 'x')); }),
            path_ + ": cannot be written: Broken pipe");
    closer.join();
    sigset_t pending;
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

// "> file" stands for the open file: it is added to, and what the program prints afterwards follows.
TEST_F(special_files, descriptor_of_a_file_is_added_to) {
    const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ASSERT_GE(file, 0);
    EXPECT_EQ(::write(file, "before ", 7), 7);
    replace("/dev/fd/" + std::to_string(file), "new ");
    EXPECT_EQ(::write(file, "after", 5), 5);
    close(file);
    EXPECT_EQ(text_of(path_), "before new after");
    EXPECT_EQ(names(), "f.json");
}

TEST_F(special_files, socket_is_an_error) {
    const int s = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path_.size(), sizeof(address.sun_path));
    path_.copy(address.sun_path, path_.size());
    ASSERT_EQ(bind(s, reinterpret_cast<const sockaddr *>(&address), sizeof(address)), 0);
    EXPECT_EQ(error_of([&] { replace(path_); }), path_ + ": cannot be written: it is not a regular file");
    close(s);
}

} // namespace
} // namespace winodnn::testing
