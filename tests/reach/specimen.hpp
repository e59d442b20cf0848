// The library that the tests of reach redirect functions of.
#pragma once

#include "reach/redirection.hpp"
#include "reach/symbol_file.hpp"

#include <string>

namespace winodnn::testing {

class specimen {
public:
    explicit specimen(const std::string &path); // loads it

    const loaded_image &image() const { return image_; }
    std::span<const std::uint8_t> code_of(const std::string &function) const;
    // As it is now: redirected or not.
    int call(const std::string &function, int argument) const;
    redirected_function to(const void *target, const std::string &function) const;

private:
    loaded_image image_;
    std::map<std::string, function_symbol> symbols_;
};

const decoder &zydis();

} // namespace winodnn::testing
