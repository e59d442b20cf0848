"""What the processes of all frameworks have in common: they time a network, and say what winodnn did."""

import ctypes
import hashlib
import json
import time

PICTURES = 3
LEAST_ROUNDS = 5


class Statistics(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("taken_over", "declined", "executed")]


def executed_by_winodnn():
    """How many convolutions so far; None if winodnn is not in the process."""
    process = ctypes.CDLL(None)
    if not hasattr(process, "winodnn_get_statistics"):
        return None
    statistics = Statistics()
    process.winodnn_get_statistics(ctypes.byref(statistics))
    process.winodnn_executed_by_onednn.restype = ctypes.c_uint64
    return statistics.executed - process.winodnn_executed_by_onednn()


def status():
    process = ctypes.CDLL(None)
    if not hasattr(process, "winodnn_status"):
        return "not loaded"
    reason = ctypes.c_char_p()
    if process.winodnn_status(ctypes.byref(reason)) != 0:
        return reason.value.decode()
    process.winodnn_last_decline_reason.restype = ctypes.c_char_p
    return "active; declined last: " + (process.winodnn_last_decline_reason() or b"nothing").decode()


def measure(run, pictures, seconds):
    """`run` makes an array of a batch of pictures. Prints the least time, a digest of outputs, and what winodnn says, as
    a line of JSON."""
    digest = hashlib.sha256()
    for i in range(len(pictures)):
        digest.update(run(pictures[i:i + 1]).tobytes())
    before = executed_by_winodnn()
    run(pictures[:1])
    after = executed_by_winodnn()
    rounds, end = [], time.perf_counter() + float(seconds)
    while len(rounds) < LEAST_ROUNDS or time.perf_counter() < end:
        begin = time.perf_counter()
        run(pictures[:1])
        rounds.append(time.perf_counter() - begin)
    # Again, after everything: weights that were packed once have to be right still.
    for i in range(len(pictures)):
        digest.update(run(pictures[i:i + 1]).tobytes())
    print(json.dumps({"milliseconds": min(rounds) * 1e3, "digest": digest.hexdigest(), "status": status(),
                      "taken_over": None if before is None else after - before}))
