"""What a CPU could do at most: its peak of multiply-accumulates, times the multiplies that a tile saves."""

import json
import re
import subprocess

TAPS = 3


def measured_peaks(stages):
    """By ISA, GMAC/s of one thread in s16 and s8."""
    done = subprocess.run([stages, "--benchmark_filter=^peak", "--benchmark_min_time=0.05", "--benchmark_repetitions=5",
                           "--benchmark_format=json"], check=True, capture_output=True, text=True)
    peaks = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        kind, isa = run["run_name"].split("/")
        of_isa = peaks.setdefault(isa, {"s16": 0, "s8": 0})
        number = "s8" if kind == "peak_s8" else "s16"
        of_isa[number] = max(of_isa[number], run["MAC/s"] * 1e-9)
    return peaks


def reduction(tile):
    """By how much a tile has fewer multiplies than direct convolution: of f4x4 16 * 9 / 36."""
    two = re.fullmatch(r"f(\d)x(\d)h?", tile)
    one = re.fullmatch(r"(?:row|column)(\d)h?", tile)
    if not two and not one:
        raise ValueError(f"{tile}: there is no such tile")
    saved = 1
    for outputs in map(int, (two or one).groups()):
        # One output along a dimension: that dimension is direct.
        saved *= outputs * TAPS / (outputs + TAPS - 1) if outputs > 1 else 1
    return saved


def ceiling(implementation, peaks):
    """GMAC/s, of implementations such as wino:f4x4:s16:avx2. Where some components are taken to 16 bits, s8's is the
    ceiling still."""
    _, tile, number, isa = implementation.split(":")
    return reduction(tile) * peaks[isa][number]
