// benchdnn's problem syntax, read: mb1_ic64oc64_ih56oh56kh3sh1dh0ph1_iw56ow56kw3sw1dw0pw1_n"name".
#pragma once

#include "problem/problem.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace winodnn {

// As written, with nothing filled in.
struct problem_entries {
    std::map<std::string, dim, std::less<>> sizes; // ic -> 64
    std::string name;                              // what follows the n, without quotes

    std::optional<dim> find(std::string_view key) const;
};

// Entries in any order, each a key and a number from 0 to `largest`, with or without underscores between
// them, and behind them perhaps an n and a name. Throws std::invalid_argument: what is wrong.
problem_entries read_entries(std::string_view text, dim largest);

// Whether the problem has all the sizes that are written. Any will do where none is.
bool matches(const problem_entries &entries, const problem &p);

} // namespace winodnn
