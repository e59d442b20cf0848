#include "files/whole_file.hpp"

#include "files/file_descriptor.hpp"
#include "files/transfer.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>

namespace winodnn {

namespace {

// A calibration has 100 KB a layer. Devices that never end must not take all memory.
constexpr std::size_t most_bytes = std::size_t {256} << 20;

} // namespace

std::string content_of(const std::string &path) {
    std::string content;
    const file_descriptor file = open_file(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK);
    if (!file || !read_all(file.get(), content, most_bytes))
        throw std::runtime_error(path + ": cannot be read: " + std::generic_category().message(errno));
    return content;
}

} // namespace winodnn
