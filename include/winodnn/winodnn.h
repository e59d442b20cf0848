/* winodnn takes over int8 convolutions of programs that use oneDNN v3. Such programs need nothing of this
 * header: link libwinodnn.so before libdnnl.so, or preload it. Here is what oneDNN's API has no function for:
 * to see whether winodnn works and why it left a convolution to oneDNN, to bound its memory, and to calibrate
 * 8-bit convolutions. */
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

/* Any thread may call these functions at any time. They do not fail unless their comment says so. Strings are
 * zero-terminated and belong to the library. */

/* ---- What winodnn is and does. */

/* The library's version, "major.minor.patch". The string stays valid. */
WINODNN_API const char *winodnn_version(void);

/* The mode in force:
 *   "exact"       winodnn takes over forward int8 convolutions for which bit-exact Winograd is faster
 *   "calibrated"  it also computes convolutions that are in a calibration less exactly, in 8 bits
 *   "off"         it leaves all convolutions to oneDNN
 * The environment variables WINODNN_MODE and WINODNN_CALIBRATION set it, and are read once;
 * winodnn_calibration_use() changes it. The string stays valid. */
WINODNN_API const char *winodnn_mode(void);

/* Whether calls of oneDNN's functions reach winodnn, and what it does with them. */
typedef enum {
    winodnn_active = 0,         /* it takes over convolutions for which that is faster */
    winodnn_off = 1,            /* it leaves all to oneDNN: WINODNN_MODE=off */
    winodnn_not_interposed = 2, /* another library's functions come first: winodnn was linked behind oneDNN,
                                   or loaded too late; or, with WINODNN_REACH=1, a oneDNN that is linked
                                   statically into another file could not be reached. (Without it winodnn
                                   does not look for one; `winodnn doctor` does.) */
    winodnn_no_onednn = 3,      /* there is no oneDNN v3 in the process */
    winodnn_unsupported = 4     /* winodnn does not serve the CPU, its capped instruction set or oneDNN's
                                   threads, or the process may not execute code that it has written */
} winodnn_status_t;

/* If `reason` is not NULL, *reason becomes a sentence fragment that says more, or "" if winodnn is active. It
 * is valid until the calling thread asks again, or ends. This can end the time in which dnnl_set_max_cpu_isa
 * has an effect, as creating a primitive descriptor does. */
WINODNN_API winodnn_status_t winodnn_status(const char **reason);

/* Why winodnn left a convolution to oneDNN or refused it, e.g. "the stride is not 1". The convolution is the
 * forward one whose primitive descriptor the calling thread created last. "" if winodnn took it over, if
 * oneDNN found its arguments invalid, or if the thread has created none. Valid until the thread creates the
 * next one, or ends. */
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

/* Sets these three counters, and that of winodnn_executed_by_onednn(), to 0. */
WINODNN_API void winodnn_reset_statistics(void);

/* ---- Memory.
 *
 * A memory of weights_desc() has packed weights. They take 2.7 to 9 times the bytes of the plain s8 weights,
 * and more if there are few channels (docs/footprint.md). */

/* From now on, packed weights of a convolution that any thread creates take at most `factor` times the bytes
 * of its plain weights. If the best tile would take more, the convolution gets a smaller one, if that is
 * still faster than oneDNN's direct convolution. Otherwise winodnn leaves it to oneDNN, and
 * winodnn_last_decline_reason() says so. A convolution that asks for Winograd by name gets the fastest tile
 * that fits. Weights that are packed already are used, whatever they take.
 *
 * `factor` is at least 1, or INFINITY for no bound. It replaces what the environment variable
 * WINODNN_MAX_WEIGHTS_GROWTH says; without both there is no bound. Returns 0, or -1 if `factor` is below 1 or
 * not a number; then nothing changes. */
WINODNN_API int winodnn_set_max_weights_growth(double factor);

/* The bound in force, or INFINITY if there is none. */
WINODNN_API double winodnn_max_weights_growth(void);

/* ---- Values of few bits.
 *
 * A network that was trained for, say, 4-bit activations and weights has them in u8 and s8 tensors. Then 8
 * bits hold what Winograd transforms make of them, exactly: the answers stay those of direct convolution, to
 * the bit, at the speed of 8-bit multiplies (docs/numerics.md, "Few bits"). */

struct dnnl_primitive_attr;

/* Says this of the convolutions that are created with these attributes from now on:
 *   source_bits   a promise: values of the source have at most so many bits, 0 .. 2^bits - 1 of u8 and
 *                 -2^(bits-1) .. 2^(bits-1) - 1 of s8. If the source has zero points: the differences, from
 *                 -2^bits to 2^bits - 1. Each execution checks it. Where it is broken, oneDNN computes the
 *                 execution, by direct convolution: the answer is right, winodnn_executed_by_onednn() counts
 *                 it, and WINODNN_VERBOSE=1 says so.
 *   weights_bits  what to expect of the weights, -2^(bits-1) .. 2^(bits-1) - 1, to choose by. Weights that
 *                 have more are computed as exactly, but not as fast.
 * Both are from 1 to 8; 8 takes back what was said. `attr` is what dnnl_primitive_attr_create gave, in C++
 * attr.get(). Returns 0, or -1 if `attr` is NULL or was not created where winodnn sees it, or if bits are out
 * of range; then nothing changes. Not while another thread uses `attr`. */
WINODNN_API int winodnn_set_bits(struct dnnl_primitive_attr *attr, int source_bits, int weights_bits);

/* ---- Calibration.
 *
 * Multiplying in 8 bits in the Winograd domain is up to twice as fast as exact Winograd, and less exact.
 * Calibration measures on typical sources of the network how much less, and writes that to a file. Using the
 * file keeps the loss of each layer within a target (docs/accuracy.md). The file knows a layer by its weights
 * and by the type and zero points of its source. Layers that are not in the file are exact, and so is
 * everything while a calibration is going on.
 *
 * For programs that do not call these functions, the environment variables WINODNN_CALIBRATE,
 * WINODNN_CALIBRATION, WINODNN_TARGET_SNR and WINODNN_SCALES do the same.
 *
 * Functions that return int return 0, or -1 if they fail; winodnn_calibration_error() then says why. */

/* From now on, observes the sources of all convolutions that are created and executed. winodnn takes over all
 * that Winograd could make faster at all, whether or not it does. Later each tile is quantized in the range
 * of its own values; `scales` chooses how large components are against each other:
 *   "mse" or NULL  with the least noise in the outputs
 *   "max"          as their largest magnitudes that were seen
 *   "percentile"   as what 99% of the tiles stay below
 *   "global"       all alike, which costs int8 Winograd its accuracy
 * docs/numerics.md has the formulas. */
WINODNN_API int winodnn_calibration_start(const char *scales);

/* Ends the calibration and writes what was observed to a file. It replaces the file as a whole: it follows a
 * link and keeps the permissions, and readers see the old file or the new one. It takes up to seconds a
 * layer. What other threads execute meanwhile may be in the file or not. If it cannot write the file, nothing
 * is lost: the calibration goes on, and a later call can write it. */
WINODNN_API int winodnn_calibration_write(const char *file);

/* From now on, convolutions that are created, and weights that are reordered for them, use this file. Each
 * layer computes as many components of its transforms in 16 bits as it takes to keep a signal-to-noise ratio
 * of target_snr dB, in power, against the sums of direct convolution. NULL: all are exact. If the file cannot
 * be read, nothing changes. */
WINODNN_API int winodnn_calibration_use(const char *file, double target_snr);

/* The default target of calibrated convolutions, in dB: what to give to winodnn_calibration_use(). */
WINODNN_API double winodnn_default_target_snr(void);

/* Why the calling thread's last call of one of these functions failed, e.g.
 * "file.json:12: 'low' is missing", or "" if it did not. Valid until the thread calls the next one, or ends.
 */
WINODNN_API const char *winodnn_calibration_error(void);

#ifdef __cplusplus
}
#endif

#endif /* WINODNN_WINODNN_H */
