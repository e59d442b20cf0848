// Zydis, through a module of ours that is linked to it: who does not redirect functions does not need it.
#pragma once

#include "problem/refusal.hpp"
#include "reach/zydis_module.h"

#include <cstdint>
#include <optional>
#include <span>

namespace winodnn {

using instruction = winodnn_instruction;

class decoder {
public:
    // From the module, which stays loaded. Refused if it is not there, or Zydis is not.
    static expected<decoder> load(const std::string &path);
    explicit decoder(decltype(&winodnn_zydis_decode) decode) : decode_(decode) {}

    std::optional<instruction> operator()(std::span<const std::uint8_t> code) const {
        instruction first;
        if (decode_(code.data(), code.size(), &first) == 0) return {};
        return first;
    }

private:
    decltype(&winodnn_zydis_decode) decode_;
};

} // namespace winodnn
