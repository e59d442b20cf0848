/* What libwinodnn-tbb.so exports, for libwinodnn.so alone. */
#ifndef WINODNN_TBB_MODULE_H
#define WINODNN_TBB_MODULE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Threads that the calling one can share work with, itself included. */
int winodnn_tbb_concurrency(void);

/* Calls task(data, 0) .. task(data, count - 1), and returns when all have. */
void winodnn_tbb_run(int count, void (*task)(const void *data, int i), const void *data);

#ifdef __cplusplus
}
#endif

#endif
