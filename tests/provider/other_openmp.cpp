// An OpenMP runtime that comes before libgomp in a plug-in's scope, as libiomp5 does in a framework's. It has
// one thread, and says when it is asked to run something in parallel by a function that no oneDNN calls with
// it.
#include <cstdio>

extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned, unsigned) {
    std::puts("the other OpenMP");
    body(data);
}
// How oneDNN v3.2 begins and ends: it runs the calling thread's part itself.
void GOMP_parallel_start(void (*)(void *), void *, unsigned) {}
void GOMP_parallel_end() {}
void GOMP_barrier() {}
bool GOMP_loop_static_start(long begin, long end, long, long, long *first, long *last) {
    *first = begin;
    *last = end;
    return begin < end;
}
bool GOMP_loop_static_next(long *, long *) {
    return false;
}
void GOMP_loop_end_nowait() {}
int omp_get_max_threads() {
    return 2;
}
int omp_get_thread_num() {
    return 0;
}
int omp_get_num_threads() {
    return 1;
}
int omp_in_parallel() {
    return 0;
}
}
