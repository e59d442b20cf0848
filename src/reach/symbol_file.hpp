// The symbol table of a file (.symtab): names and addresses of functions, of those as well that nobody
// outside sees.
#pragma once

#include "problem/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace winodnn {

struct function_symbol {
    std::uintptr_t value = 0; // relative to the image's base
    std::size_t size = 0;
    bool is_unique = true; // false if functions at several places have the name
};

// A file that is mapped as long as this object is. What it holds is checked, not trusted.
class symbol_file {
public:
    static expected<symbol_file> open(const std::string &path);
    symbol_file(symbol_file &&other) noexcept;
    symbol_file &operator=(symbol_file &&) = delete;
    ~symbol_file();

    // False if it was stripped.
    bool has_symbols() const { return !symbols_.empty(); }
    const std::string &build_id() const { return build_id_; }

    // Those of these functions that are defined here, by name. One pass over the table: 546,000 symbols take
    // a few dozen milliseconds.
    std::map<std::string_view, function_symbol> find(std::span<const std::string_view> names) const;

private:
    explicit symbol_file(std::span<const std::byte> mapped);
    bool read();
    std::span<const std::byte> bytes_at(std::uint64_t offset, std::uint64_t bytes) const;

    std::span<const std::byte> mapped_, symbols_, names_;
    std::string build_id_;
};

} // namespace winodnn
