#include "files/whole_file.hpp"

#include "files/folder.hpp"

#include <fcntl.h>
#include <thread>

namespace winodnn::testing {
namespace {

class whole_file : public in_a_folder {};

TEST_F(whole_file, is_read_to_its_last_byte) {
    const std::string text = std::string("\0\n\xff", 3) + std::string(200000, 'x');
    write(path_, text);
    EXPECT_EQ(content_of(path_), text);
    write(path_, "");
    EXPECT_EQ(content_of(path_), "");
}

TEST_F(whole_file, can_be_a_pipe_that_is_slow) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    std::thread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        EXPECT_EQ(::write(ends[1], "ab", 2), 2);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        EXPECT_EQ(::write(ends[1], "c", 1), 1);
        close(ends[1]);
    });
    EXPECT_EQ(content_of("/dev/fd/" + std::to_string(ends[0])), "abc");
    writer.join();
    close(ends[0]);
}

TEST_F(whole_file, that_cannot_be_read_says_why) {
    EXPECT_EQ(error_of([&] { content_of(path_); }), path_ + ": cannot be read: No such file or directory");
    EXPECT_EQ(error_of([&] { content_of(folder_); }), folder_.string() + ": cannot be read: Is a directory");
    EXPECT_EQ(error_of([&] { content_of(""); }), ": cannot be read: No such file or directory");
}

TEST_F(whole_file, that_never_ends_does_not_take_all_memory) {
    EXPECT_EQ(error_of([&] { content_of("/dev/zero"); }), "/dev/zero: cannot be read: File too large");
}

} // namespace
} // namespace winodnn::testing
