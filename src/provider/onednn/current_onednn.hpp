// Which of the process's oneDNNs a thread is in.
//
// One is shared: calls that come through the dynamic linker belong to it. Others are inside of libraries that
// were linked with oneDNN statically. Each has its functions, threads and objects; an object of one is
// nothing to another.
#pragma once

namespace winodnn {

struct onednn;

// nullptr: the shared one. Entry points set it, and set back what was before: see entry_points.S. Under its C
// name.
extern constinit thread_local const onednn *current_onednn __asm__("winodnn_current_onednn")
        __attribute__((visibility("hidden"), tls_model("initial-exec")));

// As long as it lives, what the calling thread does is of this oneDNN: for what is done on another thread
// than the one that called us.
class within_onednn {
public:
    explicit within_onednn(const onednn *entered) : before_(current_onednn) { current_onednn = entered; }
    ~within_onednn() { current_onednn = before_; }
    within_onednn(const within_onednn &) = delete;
    within_onednn &operator=(const within_onednn &) = delete;

private:
    const onednn *before_;
};

} // namespace winodnn
