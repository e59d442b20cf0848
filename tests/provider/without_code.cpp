// Runs a program in a process that may not execute what it has written. Arguments: `mdwe` or `seccomp`, by
// which of the kernel's means; the program and its arguments. Ends with 77 if the kernel does not have it.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// Of newer kernels than the headers may be.
constexpr int set_mdwe = 65;
constexpr unsigned long refuse_exec_gain = 1;

// As systemd's MemoryDenyWriteExecute: EPERM for mprotect(..., PROT_EXEC), and for mmap with it and
// PROT_WRITE.
bool filter_system_calls() {
    const auto load = [](std::size_t offset) {
        return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
    };
    constexpr std::size_t number = offsetof(seccomp_data, nr);
    constexpr std::size_t protection = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);
    constexpr unsigned both = PROT_WRITE | PROT_EXEC;
    sock_filter program[] = {
            load(number),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 2),
            load(protection),
            BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 5, 4),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
            load(protection),
            BPF_STMT(BPF_ALU | BPF_AND | BPF_K, both),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, both, 1, 0),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    const sock_fprog all {sizeof(program) / sizeof(program[0]), program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0) == 0;
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    const bool done = std::strcmp(argv[1], "mdwe") == 0 ? prctl(set_mdwe, refuse_exec_gain, 0, 0, 0) == 0
                                                        : filter_system_calls();
    if (!done) return 77;
    execv(argv[2], argv + 2);
    return 2;
}
