/* winodnn: what oneDNN's API has no word for. Everything else is dnnl.h and dnnl.hpp. */
#ifndef WINODNN_WINODNN_H
#define WINODNN_WINODNN_H

#include <stdint.h>

#if defined(__GNUC__)
#define WINODNN_API __attribute__((visibility("default")))
#else
#define WINODNN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The functions below may be called from any thread, at any time, and don't fail but for those that say so.
 * Strings are zero-terminated and belong to the library. */

/* The library's version, "major.minor.patch". Valid for ever. */
WINODNN_API const char *winodnn_version(void);

/* The mode in force: "exact" if forward int8 convolutions are taken over where bit-exact Winograd is faster,
 * "calibrated" if those that are in a calibration can be computed less exactly, in 8 bits, "off" if all are
 * left to oneDNN. Set by the environment variables WINODNN_MODE and WINODNN_CALIBRATION, read once, and by
 * winodnn_calibration_use(). Valid for ever. */
WINODNN_API const char *winodnn_mode(void);

/* Whether programs' calls of oneDNN reach winodnn, and what becomes of them. */
typedef enum {
    winodnn_active = 0,         /* convolutions are taken over where that is faster */
    winodnn_off = 1,            /* all are left to oneDNN: WINODNN_MODE=off */
    winodnn_not_interposed = 2, /* another library's functions come first: winodnn was linked behind oneDNN,
                                   or loaded too late. (That a program has oneDNN inside itself, linked
                                   statically or with -Bsymbolic, cannot be seen.) */
    winodnn_no_onednn = 3,      /* no oneDNN v3 was found in the process */
    winodnn_unsupported = 4     /* the CPU, its capped instruction set or oneDNN's threads are not served, or
                                   the process may not execute code that it has written */
} winodnn_status_t;

/* If reason is not NULL, *reason becomes a sentence fragment that says more, "" if active; it belongs to the
 * library and is valid until the calling thread asks again, or ends. May end the time in which
 * dnnl_set_max_cpu_isa can be called, as creating a primitive descriptor does. */
WINODNN_API winodnn_status_t winodnn_status(const char **reason);

/* Why the forward convolution whose primitive descriptor the calling thread created last was left to oneDNN
 * or refused, e.g. "the stride is not 1". "" if it was taken over, or if oneDNN found its arguments invalid,
 * or if the thread has created none. Valid until the thread creates the next one, or ends. */
WINODNN_API const char *winodnn_last_decline_reason(void);

/* What has happened in the process, in all threads, since it started or since the last reset. The struct
 * never grows: a program that was built with an older header has memory for these counters only. */
typedef struct {
    uint64_t taken_over; /* forward convolution primitive descriptors that are winodnn's */
    uint64_t declined;   /* valid ones that are not: oneDNN's, or refused because of packed weights */
    uint64_t executed;   /* successful executions of winodnn's convolution primitives */
} winodnn_statistics_t;

/* Writes the counters to *statistics, which must not be NULL. Each is exact; together they are a snapshot
 * only if no other thread creates or executes meanwhile. */
WINODNN_API void winodnn_get_statistics(winodnn_statistics_t *statistics);

/* How many of `executed` oneDNN computed, because winodnn's kernels must not. WINODNN_VERBOSE=1 has the
 * reason of each. */
WINODNN_API uint64_t winodnn_executed_by_onednn(void);

/* Sets all counters to 0, this one too. */
WINODNN_API void winodnn_reset_statistics(void);

/* Memory. Packed weights take 2.7 to 9 times the bytes of the plain s8 ones, and more where channels are few:
 * what a memory of weights_desc() takes (docs/footprint.md). Convolutions that are created from now on, in
 * all threads, get packed weights of at most `factor` times the plain ones' bytes: by a smaller tile, if
 * there is one that is still faster than oneDNN's direct convolution; else they are left to oneDNN, and
 * winodnn_last_decline_reason() says so. Those that ask for Winograd by name get the fastest tile of those
 * that fit. Weights that are packed already are used, whatever they take.
 * `factor` is at least 1, or INFINITY for no bound, as it is unless the environment variable
 * WINODNN_MAX_WEIGHTS_GROWTH sets one, in whose place this comes. Returns 0, or -1 if `factor` is below 1 or
 * not a number; then nothing changes. */
WINODNN_API int winodnn_set_max_weights_growth(double factor);

/* The bound in force; INFINITY if there is none. */
WINODNN_API double winodnn_max_weights_growth(void);

/* Calibration. 8-bit multiplies in the Winograd domain are up to twice as fast as exact ones, and less exact:
 * how much is measured on sources that are typical of the network, written to a file, and kept to a target
 * when the file is used. A layer is known by its weights, and by the type and zero points of its source. What
 * is not in the file, and all while a calibration is going on, is exact. The environment variables
 * WINODNN_CALIBRATE, WINODNN_CALIBRATION, WINODNN_TARGET_SNR and WINODNN_SCALES do the same for programs that
 * don't call these functions, which return 0, or -1 and winodnn_calibration_error() says why. */

/* From now on, observes the sources of all convolutions that are created and executed: those that Winograd
 * could make faster at all are taken over, faster or not. scales says how the values that 8 bits cover are
 * chosen: "max" (or NULL; all), "percentile" (all but 0.01% at either end), "mse" (the least squared error),
 * "global" (as "max", but the same for all components, which is how int8 Winograd loses its accuracy).
 * docs/accuracy.md compares them. */
WINODNN_API int winodnn_calibration_start(const char *scales);

/* Ends what winodnn_calibration_start() began, and writes what was observed to a file, which it replaces as a
 * whole: a link is followed, the permissions stay, and whoever reads meanwhile sees the old file or the new
 * one. Takes up to seconds a layer; what other threads execute meanwhile may be in the file or not. If the
 * file can't be written, nothing is lost: the calibration goes on, and a later call writes it. */
WINODNN_API int winodnn_calibration_write(const char *file);

/* Convolutions that are created from now on, and weights that are reordered for them, use this file: with as
 * many components of the transforms in 16 bits as a ratio of target_snr dB between the powers of signal and
 * noise takes, measured against the sums of direct convolution. NULL: all are exact. If the file can't be
 * read, nothing changes. */
WINODNN_API int winodnn_calibration_use(const char *file, double target_snr);

/* The target of calibrated convolutions unless another is asked for, in dB. */
WINODNN_API double winodnn_default_target_snr(void);

/* Why the function of calibration that the calling thread called last failed, e.g. "file.json:12: 'low' is
 * missing";
 * "" if it did not. Valid until the thread calls the next one, or ends. */
WINODNN_API const char *winodnn_calibration_error(void);

#ifdef __cplusplus
}
#endif

#endif /* WINODNN_WINODNN_H */
