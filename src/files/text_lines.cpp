#include "files/text_lines.hpp"

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace winodnn {

namespace {

// Whoever gives a device by mistake does not wait for its end.
constexpr std::size_t most_bytes = std::size_t {1} << 24;

std::string read(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    std::string content;
    std::array<char, 4096> piece;
    while (file.read(piece.data(), piece.size()), file.gcount() > 0) {
        content.append(piece.data(), static_cast<std::size_t>(file.gcount()));
        if (content.size() > most_bytes) throw std::runtime_error(path + ": is larger than 16 MiB");
    }
    if (!file.is_open() || file.bad()) throw std::runtime_error(path + ": cannot be read");
    return content;
}

} // namespace

std::vector<numbered_line> lines_of(const std::string &path) {
    constexpr const char *spaces = " \t\r";
    std::istringstream content(read(path));
    std::vector<numbered_line> lines;
    std::string line;
    for (int number = 1; std::getline(content, line); ++number) {
        const auto first = line.find_first_not_of(spaces);
        if (first == std::string::npos || line[first] == '#') continue;
        lines.push_back({number, line.substr(first, line.find_last_not_of(spaces) - first + 1)});
    }
    return lines;
}

} // namespace winodnn
