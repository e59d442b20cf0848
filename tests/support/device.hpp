// Devices for tests that write to them.
#pragma once

#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace winodnn::testing {

constexpr unsigned null_device = 3, full_device = 7; // minor numbers of Linux's memory devices

// A device of the test's own where root runs it: a winodnn that replaced it by a file would take /dev/null
// from the machine. Nobody else can do that to the machine's. Empty if there can be none.
inline std::string make_device(const std::string &path, unsigned minor) {
    if (geteuid() != 0) return minor == null_device ? "/dev/null" : "/dev/full";
    constexpr unsigned memory_devices = 1;
    return mknod(path.c_str(), S_IFCHR | 0666, makedev(memory_devices, minor)) == 0 ? path : "";
}

} // namespace winodnn::testing
