// Faults on purpose: the n-th allocation, or the n-th call of a function of the system's, that the library
// itself makes fails. Calls of others, oneDNN's for one, are left alone: they need not survive it.
#pragma once

#include <string>

namespace winodnn::testing {

enum class fault {
    allocation,  // operator new, posix_memalign
    mapping,     // mmap
    protection,  // mprotect
    opening,     // openat
    reading,     // read, poll, readlinkat
    writing,     // write
    short_write, // write, which takes a part only: no fault, but another way
    syncing,     // fsync
    renaming,    // renameat
    locking,     // fcntl
    looking,     // fstat, fstatat, fstatfs, faccessat
    changing,    // fchmod, fchown, unlinkat
};

struct fault_plan {
    fault kind;
    long nth = 0;           // from 1; 0: only count
    bool all_later = false; // else the n-th alone
    int error = 0;          // errno of functions that have one
};

// Until disarm(), in all threads, and in processes that are forked.
void arm(const fault_plan &plan);

struct fault_record {
    long calls = 0;       // of the kind, since arm()
    long faults = 0;      // of them failed
    std::string function; // exported by the library, in which the last one failed
};
fault_record disarm();

// Allocations of the library's that nobody has freed yet.
long live_allocations();

} // namespace winodnn::testing
