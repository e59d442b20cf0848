"""One network in one process: its least time, a digest of its outputs, and what winodnn says, as a line of JSON.
pytorch_process.py NETWORK THREADS SECONDS"""

import ctypes
import hashlib
import json
import sys
import time

import networks
import torch

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
    return "active" if process.winodnn_status(ctypes.byref(reason)) == 0 else reason.value.decode()


def main(name, threads, seconds):
    torch.set_num_threads(int(threads))
    network = networks.quantized(name)
    inputs = networks.pictures(name, PICTURES, 3)
    digest = hashlib.sha256()
    with torch.inference_mode():
        for picture in inputs:
            digest.update(network(picture[None]).numpy().tobytes())
        before = executed_by_winodnn()
        network(inputs[:1])
        after = executed_by_winodnn()
        rounds, end = [], time.perf_counter() + float(seconds)
        while len(rounds) < LEAST_ROUNDS or time.perf_counter() < end:
            begin = time.perf_counter()
            network(inputs[:1])
            rounds.append(time.perf_counter() - begin)
        # Again, after everything: weights that were packed once have to be right still.
        for picture in inputs:
            digest.update(network(picture[None]).numpy().tobytes())
    print(json.dumps({"milliseconds": min(rounds) * 1e3, "digest": digest.hexdigest(), "status": status(),
                      "convolutions": networks.convolutions_of(network), "torch": torch.__version__,
                      "taken_over": None if before is None else after - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
