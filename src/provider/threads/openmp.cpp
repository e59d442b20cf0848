#include "provider/threads/openmp.hpp"

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

template <typename Function>
bool find(void *library, const char *name, Function &function) {
    void *found = dlsym(RTLD_DEFAULT, name);
    if (found == nullptr && library != nullptr) found = dlsym(library, name);
    function = reinterpret_cast<Function>(found);
    return found != nullptr;
}

class openmp_team final : public thread_team {
public:
    explicit openmp_team(const openmp_functions &functions) : omp_(functions) {}

    // As oneDNN counts: one inside a parallel region, where nesting would make more threads than there are
    // cores.
    int size() const override { return omp_.in_parallel() != 0 ? 1 : omp_.max_threads(); }

    void run(int count, const part_function &part) const override {
        if (count == 1) {
            part(0);
            return;
        }
        region r {omp_, part, count};
        omp_.parallel(&region::enter, &r, static_cast<unsigned>(count), 0);
    }

private:
    struct region {
        const openmp_functions &omp;
        const part_function &part;
        int count;

        // The runtime may give fewer threads than were asked for.
        static void enter(void *data) {
            const region &r = *static_cast<const region *>(data);
            const int step = r.omp.num_threads();
            for (int i = r.omp.thread_num(); i < r.count; i += step) r.part(i);
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

std::unique_ptr<const thread_runtime> find_openmp(void *library) {
    openmp_functions f {};
    const bool complete = find(library, "GOMP_parallel", f.parallel)
                          && find(library, "omp_get_max_threads", f.max_threads)
                          && find(library, "omp_get_thread_num", f.thread_num)
                          && find(library, "omp_get_num_threads", f.num_threads)
                          && find(library, "omp_in_parallel", f.in_parallel);
    if (!complete) return nullptr;
    return std::make_unique<openmp_runtime>(f);
}

} // namespace winodnn
