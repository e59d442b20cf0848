#include "reach/moved_entry.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <optional>

namespace winodnn {
namespace {

constexpr std::array<std::uint8_t, 4> endbr64 {0xf3, 0x0f, 0x1e, 0xfa};
constexpr std::uint8_t jump_opcode = 0xe9;

std::uintptr_t address_of(std::span<const std::uint8_t> code) {
    return reinterpret_cast<std::uintptr_t>(code.data());
}

tl::unexpected<refusal> refused(const char *why) {
    return refuse(refusal_reason::machine, std::string(why));
}

// Code that is written to run at `place`.
class writer {
public:
    explicit writer(std::uintptr_t place) : place_(place) {}

    void add(std::span<const std::uint8_t> bytes) { code_.insert(code_.end(), bytes.begin(), bytes.end()); }

    // A copy of an instruction that lies at `from`, with the memory that it reads relative to itself.
    bool copy(std::span<const std::uint8_t> bytes, const instruction &decoded, std::uintptr_t from) {
        const std::size_t at = code_.size();
        add(bytes);
        if (decoded.displacement_at == 0) return true;
        const std::uintptr_t operand =
                from + decoded.length + static_cast<std::uintptr_t>(std::intptr_t {decoded.displacement});
        return set_distance(at + decoded.displacement_at, operand, place_ + at + decoded.length);
    }

    bool jump(std::uintptr_t target) {
        code_.push_back(jump_opcode);
        return add_distance(target);
    }
    bool jump_if(std::uint8_t condition, std::uintptr_t target) {
        code_.push_back(0x0f);
        code_.push_back(static_cast<std::uint8_t>(0x80 | condition));
        return add_distance(target);
    }

    std::vector<std::uint8_t> take() { return std::move(code_); }

private:
    bool add_distance(std::uintptr_t target) {
        const std::size_t at = code_.size();
        code_.resize(at + sizeof(std::int32_t));
        return set_distance(at, target, place_ + code_.size());
    }
    bool set_distance(std::size_t at, std::uintptr_t target, std::uintptr_t from) {
        const auto distance = static_cast<std::intptr_t>(target - from);
        const auto stored = static_cast<std::int32_t>(distance);
        if (stored != distance) return false;
        std::memcpy(code_.data() + at, &stored, sizeof(stored));
        return true;
    }

    std::uintptr_t place_;
    std::vector<std::uint8_t> code_;
};

struct byte_range {
    std::uintptr_t begin, end;
    bool has(std::uintptr_t address) const { return address >= begin && address < end; }
};

std::uintptr_t target_of(const instruction &decoded, std::uintptr_t at) {
    return at + static_cast<std::uintptr_t>(decoded.target);
}

bool has_target(const instruction &decoded) {
    return decoded.kind == winodnn_jumps || decoded.kind == winodnn_jumps_if
           || decoded.kind == winodnn_jumps_if_nearby || decoded.kind == winodnn_calls;
}

// Whether a branch from here leads into the range. Nothing if there is an instruction that is none.
std::optional<bool> branches_into(
        const decoder &decode, std::span<const std::uint8_t> code, const byte_range &range) {
    while (!code.empty()) {
        const std::optional<instruction> decoded = decode(code);
        if (!decoded) return {};
        if (has_target(*decoded) && range.has(target_of(*decoded, address_of(code)))) return true;
        code = code.subspan(decoded->length);
    }
    return false;
}

// Moves one instruction. Returns why not, or nullptr.
const char *move(writer &moved, std::span<const std::uint8_t> bytes, const instruction &decoded) {
    constexpr const char *too_far = "what it refers to is too far away from where it can be moved";
    const std::uintptr_t at = address_of(bytes);
    switch (decoded.kind) {
        case winodnn_goes_on:
        case winodnn_ends: return moved.copy(bytes, decoded, at) ? nullptr : too_far;
        case winodnn_jumps: return moved.jump(target_of(decoded, at)) ? nullptr : too_far;
        case winodnn_jumps_if:
            return moved.jump_if(decoded.condition, target_of(decoded, at)) ? nullptr : too_far;
        // While the callee runs, unwinding would come upon code that nothing describes.
        case winodnn_calls:
        case winodnn_calls_through: return "it begins with a call";
        default: return "it begins with an instruction that cannot be moved";
    }
}

} // namespace

expected<moved_entry> move_entry(const decoder &decode, std::span<const std::uint8_t> function,
        std::span<const std::uint8_t> cold, std::uintptr_t place) {
    moved_entry result;
    if (function.size() >= endbr64.size()
            && std::memcmp(function.data(), endbr64.data(), endbr64.size()) == 0)
        result.jump_at = endbr64.size();
    writer moved(place);
    moved.add(endbr64);
    std::size_t end = result.jump_at;
    while (end < result.jump_at + jump_bytes) {
        const std::span<const std::uint8_t> rest = function.subspan(end);
        if (rest.empty()) return refused("it is too short");
        const std::optional<instruction> decoded = decode(rest);
        if (!decoded) return refused("it has an instruction that is unknown");
        if (const char *why = move(moved, rest.first(decoded->length), *decoded)) return refused(why);
        end += decoded->length;
        const bool ends = decoded->kind == winodnn_ends || decoded->kind == winodnn_jumps;
        if (ends && end < result.jump_at + jump_bytes) return refused("it is too short");
    }
    const std::uintptr_t begin = address_of(function);
    // A branch to the beginning itself is as good as a call, if nothing but that can be meant.
    const byte_range taken {begin + (result.jump_at == 0 ? 1 : result.jump_at), begin + end};
    for (const std::span<const std::uint8_t> code : {function, cold}) {
        const std::optional<bool> into = branches_into(decode, code, taken);
        if (!into) return refused("it has an instruction that is unknown");
        if (*into) return refused("a branch leads into its first instructions");
    }
    if (!moved.jump(begin + end)) return refused("it is too far away from where it can be moved");
    result.code = moved.take();
    return result;
}

} // namespace winodnn
