// The memory of generated code: pages that are written first, then made executable, never both.
#pragma once

#include <xbyak/xbyak.h>

#include <cstddef>
#include <cstdint>

namespace winodnn::jit {

// False where the system does not let a process execute what it has written: systemd's
// MemoryDenyWriteExecute, SELinux without execmem, prctl(PR_SET_MDWE). Tried out once; a process that gives
// up the right later is found out by the first kernel that fails. Throws std::bad_alloc if there is no page
// to try with.
bool may_execute_code();

// One generator's. Xbyak's own allocator keeps a list in memory that it may not get, and throws where nothing
// can be caught if pages cannot be unmapped.
class code_pages : public Xbyak::Allocator {
public:
    std::uint8_t *alloc(std::size_t bytes) override; // throws std::bad_alloc
    void free(std::uint8_t *code) override;
    bool useProtect() const override { return false; } // generators do that, when code is complete

    // Of what alloc() gave out last. Throws std::bad_alloc.
    void make_executable();

private:
    struct mapping {
        std::uint8_t *begin = nullptr;
        std::size_t bytes = 0;
    };
    // While code grows there are two: the larger one, and the one that it is copied from.
    mapping current_, outgrown_;
};

} // namespace winodnn::jit
