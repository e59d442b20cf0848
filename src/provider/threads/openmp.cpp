#include "provider/threads/openmp.hpp"

#include "provider/onednn/find_real.hpp"
#include "reach/imported_function.hpp"

#include <dlfcn.h>

namespace winodnn {
namespace {

struct openmp_functions {
    void (*parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
    int (*max_threads)();
    int (*thread_num)();
    int (*num_threads)();
    int (*in_parallel)();
};

constexpr char max_threads_name[] = "omp_get_max_threads"; // every oneDNN with OpenMP calls it

// The library that a oneDNN's own calls of the runtime come to; nullptr if they cannot be followed. There can
// be several runtimes in a process, and then its threads must not be another's: both kinds would be awake,
// and wait for each other's processors.
void *library_called_by(const void *onednn) {
    void *function = imported_function(onednn, max_threads_name);
    if (function == nullptr) return nullptr;
    // If this is the first call, it makes the loader choose.
    reinterpret_cast<int (*)()>(function)();
    Dl_info where {};
    return dladdr(imported_function(onednn, max_threads_name), &where) == 0 ? nullptr
                                                                            : keep_loaded(where.dli_fname);
}

template <typename Function>
bool find(void *library, const char *name, Function &function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

openmp_functions functions_in(void *library) {
    openmp_functions f {};
    const bool complete = find(library, "GOMP_parallel", f.parallel)
                          && find(library, max_threads_name, f.max_threads)
                          && find(library, "omp_get_thread_num", f.thread_num)
                          && find(library, "omp_get_num_threads", f.num_threads)
                          && find(library, "omp_in_parallel", f.in_parallel);
    return complete ? f : openmp_functions {};
}

class openmp_team final : public thread_team {
public:
    explicit openmp_team(const openmp_functions &functions) : omp_(functions) {}

    // As oneDNN counts: one inside a parallel region, where nesting would make more threads than there are
    // cores.
    int size() const override { return omp_.in_parallel() != 0 ? 1 : omp_.max_threads(); }

    void run(int count, const task_function &task) const override {
        if (count == 1) {
            task(0);
            return;
        }
        region r {omp_, task, count};
        omp_.parallel(&region::enter, &r, static_cast<unsigned>(count), 0);
    }

private:
    struct region {
        const openmp_functions &omp;
        const task_function &task;
        int count;

        // The runtime may give fewer threads than were asked for.
        static void enter(void *data) {
            const region &r = *static_cast<const region *>(data);
            const int step = r.omp.num_threads();
            for (int i = r.omp.thread_num(); i < r.count; i += step) r.task(i);
        }
    };

    const openmp_functions omp_;
};

class openmp_runtime final : public thread_runtime {
public:
    explicit openmp_runtime(const openmp_functions &functions) : team_(functions) {}

    int threads() const override { return team_.size(); }
    const thread_team &team_on(dnnl_stream_t, threadpool_team &) const override { return team_; }
    const char *name() const override { return "OpenMP"; }

private:
    const openmp_team team_;
};

} // namespace

std::unique_ptr<const thread_runtime> find_openmp(const void *onednn, void *library) {
    // nullptr is the global scope too.
    for (void *in : {library_called_by(onednn), RTLD_DEFAULT, library})
        if (const openmp_functions found = functions_in(in); found.parallel != nullptr)
            return std::make_unique<openmp_runtime>(found);
    return nullptr;
}

} // namespace winodnn
