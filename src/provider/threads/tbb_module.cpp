#include "provider/threads/tbb_module.h"

#include "provider/exported/exported.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

WINODNN_EXPORT int winodnn_tbb_concurrency(void) {
    return tbb::this_task_arena::max_concurrency();
}

WINODNN_EXPORT void winodnn_tbb_run(int count, void (*task)(const void *, int), const void *data) {
    // One of our tasks in each of oneTBB's: they are as many as there are threads.
    tbb::parallel_for(
            0, count, [=](int i) { task(data, i); }, tbb::static_partitioner());
}
