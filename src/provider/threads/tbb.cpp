#include "provider/threads/tbb.hpp"

#include "process/own_folder.hpp"
#include "provider/threads/tbb_module.h"

#include <dlfcn.h>

namespace winodnn {
namespace {

class tbb_team final : public thread_team {
public:
    tbb_team(decltype(&winodnn_tbb_concurrency) concurrency, decltype(&winodnn_tbb_run) run)
        : concurrency_(concurrency), run_(run) {}

    int size() const override { return concurrency_(); }
    void run(int count, const task_function &task) const override {
        if (count == 1)
            task(0);
        else
            run_(
                    count,
                    [](const void *function, int i) { (*static_cast<const task_function *>(function))(i); },
                    &task);
    }

private:
    decltype(&winodnn_tbb_concurrency) concurrency_;
    decltype(&winodnn_tbb_run) run_;
};

class tbb_runtime final : public thread_runtime {
public:
    explicit tbb_runtime(const tbb_team &team) : team_(team) {}

    int threads() const override { return team_.size(); }
    const thread_team &team_on(dnnl_stream_t, threadpool_team &) const override { return team_; }
    const char *name() const override { return "oneTBB"; }

private:
    const tbb_team team_;
};

} // namespace

std::unique_ptr<const thread_runtime> find_tbb() {
    // Never unloaded: oneTBB's threads may be inside it.
    void *module = dlopen(beside_this_library("libwinodnn-tbb.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return nullptr;
    const auto concurrency =
            reinterpret_cast<decltype(&winodnn_tbb_concurrency)>(dlsym(module, "winodnn_tbb_concurrency"));
    const auto run = reinterpret_cast<decltype(&winodnn_tbb_run)>(dlsym(module, "winodnn_tbb_run"));
    if (concurrency == nullptr || run == nullptr) return nullptr;
    return std::make_unique<tbb_runtime>(tbb_team(concurrency, run));
}

} // namespace winodnn
