#include "files/file_replacement.hpp"

#include "files/folder.hpp"
#include "support/child.hpp"

#include <sys/resource.h>

namespace winodnn::testing {
namespace {

class file_replacement_test : public in_a_folder {
protected:
    static void replace(const std::string &path, const std::string &text = "new") {
        file_replacement(path).commit(text);
    }
};

TEST_F(file_replacement_test, new_file_has_what_the_umask_leaves) {
    const mode_t before = umask(027);
    replace(path_);
    umask(before);
    EXPECT_EQ(text_of(path_), "new");
    EXPECT_EQ(mode_of(path_), mode_t {0640});
    EXPECT_EQ(names(), "f.json");
}

TEST_F(file_replacement_test, old_file_is_replaced_as_a_whole_and_keeps_its_permissions) {
    write(path_, "old and longer");
    ASSERT_EQ(chmod(path_.c_str(), 0604), 0);
    std::ifstream reader(path_);
    const std::string two_names = folder_ / "other name";
    std::filesystem::create_hard_link(path_, two_names);
    replace(path_);
    EXPECT_EQ(text_of(path_), "new");
    EXPECT_EQ(mode_of(path_), mode_t {0604});
    EXPECT_EQ((std::ostringstream() << reader.rdbuf()).str(), "old and longer") << "who has it open";
    EXPECT_EQ(text_of(two_names), "old and longer");
    EXPECT_EQ(names(), "f.json other name");
}

TEST_F(file_replacement_test, owner_stays_when_root_replaces_it) {
    if (!is_root()) GTEST_SKIP() << "only root can give files away";
    write(path_, "old");
    ASSERT_EQ(chown(path_.c_str(), nobody, nobody), 0);
    replace(path_);
    struct stat s {};
    ASSERT_EQ(stat(path_.c_str(), &s), 0);
    EXPECT_EQ(s.st_uid, nobody);
    EXPECT_EQ(s.st_gid, nobody);
}

// What the group could do, a new group cannot.
TEST_F(file_replacement_test, group_that_cannot_be_kept_loses_its_rights) {
    if (!is_root()) GTEST_SKIP() << "only root can be somebody else";
    write(path_, "old");
    ASSERT_EQ(chown(path_.c_str(), nobody, somebody_else), 0);
    ASSERT_EQ(chmod(path_.c_str(), 0664), 0);
    EXPECT_EQ(in_child([&] {
        if (!become_nobody()) return 1;
        replace(path_);
        return 0;
    }),
            0);
    EXPECT_EQ(text_of(path_), "new");
    EXPECT_EQ(mode_of(path_), mode_t {0644});
}

TEST_F(file_replacement_test, what_is_not_committed_leaves_nothing) {
    write(path_, "old");
    { const file_replacement uncommitted(path_); }
    EXPECT_EQ(text_of(path_), "old");
    EXPECT_EQ(names(), "f.json");
}

// Where a link lies in the way of a file that is not finished yet, its target must not be touched.
TEST_F(file_replacement_test, names_that_could_be_foreseen_are_not_used) {
    const std::string victim = folder_ / "victim";
    write(victim, "precious");
    std::filesystem::create_symlink(victim, path_ + ".unfinished." + std::to_string(getpid()));
    replace(path_);
    EXPECT_EQ(text_of(victim), "precious");
    EXPECT_EQ(text_of(path_), "new");
}

TEST_F(file_replacement_test, users_link_is_followed_and_stays) {
    std::filesystem::create_directories(folder_ / "a" / "b");
    const std::string target = folder_ / "a" / "target";
    write(target, "old");
    ASSERT_EQ(chmod(target.c_str(), 0600), 0);
    std::filesystem::create_symlink("../target", folder_ / "a" / "b" / "second");
    std::filesystem::create_symlink(folder_ / "a" / "b" / "second", path_);
    replace(path_);
    EXPECT_TRUE(std::filesystem::is_symlink(path_));
    EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "a" / "b" / "second"));
    EXPECT_FALSE(std::filesystem::is_symlink(target));
    EXPECT_EQ(text_of(target), "new");
    EXPECT_EQ(mode_of(target), mode_t {0600});

    std::filesystem::remove(target); // and to nothing
    replace(path_, "newer");
    EXPECT_EQ(text_of(target), "newer");
}

TEST_F(file_replacement_test, links_in_a_circle_are_an_error) {
    std::filesystem::create_symlink("f.json", folder_ / "g");
    std::filesystem::create_symlink("g", path_);
    EXPECT_EQ(error_of([&] { replace(path_); }),
            path_ + ": cannot be written: Too many levels of symbolic links");
    EXPECT_EQ(names(), "f.json g");
}

// As in /tmp.
TEST_F(file_replacement_test, what_somebody_else_has_planted_is_left_alone) {
    if (!is_root()) GTEST_SKIP() << "only root can give files away";
    const std::string shared = folder_ / "shared", link = shared + "/link", file = shared + "/file",
                      victim = folder_ / "victim";
    write(victim, "precious");
    std::filesystem::create_directory(shared);
    std::filesystem::create_symlink(victim, link);
    write(file, "theirs");
    ASSERT_EQ(lchown(link.c_str(), somebody_else, somebody_else), 0);
    ASSERT_EQ(chown(file.c_str(), somebody_else, somebody_else), 0);
    ASSERT_EQ(chown(shared.c_str(), nobody, nobody), 0);
    ASSERT_EQ(chmod(shared.c_str(), 01777), 0);
    EXPECT_EQ(error_of([&] { replace(link); }),
            link
                    + ": cannot be written: it is another user's link, in a folder that everybody can "
                      "write to");
    EXPECT_EQ(error_of([&] { replace(file); }),
            file + ": cannot be written: it is another user's, in a folder that everybody can write to");
    EXPECT_EQ(text_of(victim), "precious");
    EXPECT_EQ(text_of(file), "theirs");
    // The folder's owner could do as they please anyway.
    ASSERT_EQ(chown(file.c_str(), nobody, nobody), 0);
    replace(file);
    EXPECT_EQ(text_of(file), "new");
}

TEST_F(file_replacement_test, links_can_be_replaced_instead) {
    const std::string victim = folder_ / "victim";
    write(victim, "precious");
    std::filesystem::create_symlink(victim, path_);
    file_replacement(path_, links::replaced).commit("new");
    EXPECT_FALSE(std::filesystem::is_symlink(path_));
    EXPECT_EQ(text_of(path_), "new");
    EXPECT_EQ(text_of(victim), "precious");
}

// A file is protected by its own permissions, not by its folder's alone.
TEST_F(file_replacement_test, read_only_file_is_not_replaced) {
    write(path_, "old");
    ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
    EXPECT_EQ(in_child([&] {
        if (!become_nobody()) return 1;
        const std::string error = error_of([&] { replace(path_); });
        return error == path_ + ": cannot be written: Permission denied" ? 0 : 2;
    }),
            0);
    EXPECT_EQ(text_of(path_), "old");
    EXPECT_EQ(names(), "f.json");
}

TEST_F(file_replacement_test, folder_that_cannot_be_written_is_an_error_before_anything_is) {
    const std::string folder = folder_ / "locked", path = folder + "/f";
    std::filesystem::create_directory(folder);
    ASSERT_EQ(chmod(folder.c_str(), 0555), 0);
    EXPECT_EQ(in_child([&] {
        if (!become_nobody()) return 1;
        const std::string error = error_of([&] { const file_replacement uncommitted(path); });
        return error == path + ": cannot be written: Permission denied" ? 0 : 2;
    }),
            0);
}

TEST_F(file_replacement_test, names_of_no_file_are_errors) {
    const auto expect = [&](const std::string &path, const std::string &why) {
        EXPECT_EQ(error_of([&] { replace(path); }), path + ": cannot be written: " + why);
    };
    expect(folder_, "Is a directory");
    expect(folder_.string() + "/", "it names no file");
    expect(folder_ / "none" / "f", "No such file or directory");
    expect("", "it names no file");
    expect(folder_ / std::string(300, 'x'), "File name too long");
    expect(std::string(5000, '/') + "x/y", "File name too long");
    EXPECT_EQ(names(), "");
}

TEST_F(file_replacement_test, long_name_with_odd_bytes_is_a_name) {
    const std::string path = folder_ / ("\xff\n \\'" + std::string(250, 'x'));
    replace(path);
    EXPECT_EQ(text_of(path), "new");
}

// The limit is the kernel's way to say it, by a signal that would kill the process.
TEST_F(file_replacement_test, file_that_is_too_large_is_an_error_and_no_signal) {
    write(path_, "old");
    EXPECT_EQ(in_child([&] {
        const rlimit limit {1000, 1000};
        setrlimit(RLIMIT_FSIZE, &limit);
        const std::string error = error_of([&] { replace(path_, std::string(5000, 'x')); });
        return error == path_ + ": cannot be written: File too large" ? 0 : 2;
    }),
            0);
    EXPECT_EQ(text_of(path_), "old");
    EXPECT_EQ(names(), "f.json");
}

// In a process without stderr the number would be the file's, and what anybody prints its content.
TEST_F(file_replacement_test, numbers_of_the_standard_streams_are_not_used) {
    EXPECT_EQ(in_child([&] {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        file_replacement file(path_);
        for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
            if (::write(stream, "noise", 5) > 0) return 1;
        file.commit("new");
        return 0;
    }),
            0);
    EXPECT_EQ(text_of(path_), "new");
}

} // namespace
} // namespace winodnn::testing
