#include "reach/redirection.hpp"

#include "reach/moved_entry.hpp"

#include <array>
#include <cstring>

namespace winodnn {
namespace {

// Of each function: what its jump leads to, and its first instructions. Fifteen bytes are the longest
// instruction, and a conditional jump grows by four.
constexpr std::size_t slot_bytes = 96, moved_at = 32;

// movabs $context, %r11; movabs $target, %rax; jmp *%rax. Nothing is passed in rax: no function has a
// variable number of arguments.
std::array<std::uint8_t, 22> way_to(const void *target, const void *context) {
    std::array<std::uint8_t, 22> code {0x49, 0xbb};
    std::memcpy(code.data() + 2, &context, sizeof(context));
    code[10] = 0x48;
    code[11] = 0xb8;
    std::memcpy(code.data() + 12, &target, sizeof(target));
    code[20] = 0xff;
    code[21] = 0xe0;
    return code;
}

std::array<std::uint8_t, jump_bytes> jump(std::uintptr_t from, std::uintptr_t to) {
    std::array<std::uint8_t, jump_bytes> code {0xe9};
    const auto distance = static_cast<std::int32_t>(static_cast<std::intptr_t>(to - (from + jump_bytes)));
    std::memcpy(code.data() + 1, &distance, sizeof(distance));
    return code;
}

} // namespace

expected<redirection> redirection::prepare(const decoder &decode, const loaded_image &image,
        std::span<const redirected_function> functions, const void *context) {
    expected<near_pages> pages = near_pages::of(image, functions.size() * slot_bytes);
    if (!pages) return tl::unexpected(std::move(pages.error()));
    redirection made(std::move(*pages));
    std::uint8_t *slot = made.pages_.bytes().data();
    for (const redirected_function &f : functions) {
        const auto place = reinterpret_cast<std::uintptr_t>(slot);
        const expected<moved_entry> moved = move_entry(decode, f.code, f.cold, place + moved_at);
        if (!moved) return refuse(moved.error().reason(), std::string(f.name) + ": " + moved.error().text());
        if (moved->code.size() > slot_bytes - moved_at)
            return refuse(
                    refusal_reason::machine, std::string(f.name) + ": its first instructions are too long");
        const auto way = way_to(f.target, context);
        std::memcpy(slot, way.data(), way.size());
        std::memcpy(slot + moved_at, moved->code.data(), moved->code.size());
        made.originals_.push_back(slot + moved_at);
        const std::uintptr_t from = reinterpret_cast<std::uintptr_t>(f.code.data()) + moved->jump_at;
        if (!made.replaced_.write(from, jump(from, place), f.is_last))
            return refuse(refusal_reason::machine, "there is no memory for copies of its pages");
        slot += slot_bytes;
    }
    return made;
}

expected<void> redirection::install() {
    // In this order: the pages stay once they are executable.
    if (!replaced_.make_executable() || !pages_.make_executable())
        return refuse(refusal_reason::machine, "the process may not execute code that it has written: "
                                               "MemoryDenyWriteExecute, SELinux or the "
                                               "like forbids it");
    if (!replaced_.put_in_place())
        return refuse(refusal_reason::machine,
                "the process has no mappings left: some functions are redirected, "
                "and nothing is taken over");
    return {};
}

} // namespace winodnn
