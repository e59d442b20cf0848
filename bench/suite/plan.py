"""Which runs a report is made of, and how long they take."""

import dataclasses

# Whether the CPU has them is asked of vs_direct. The last one that it has is the best.
ISAS = ("avx2", "avx2_vnni", "avx512_core", "avx512_core_vnni")
# The most that a layer's times may take, before they are given up. A quiet machine needs ROUNDS.
SECONDS_OF_LAYER = 3
ROUNDS = 8 # seen, on average
TURN_SECONDS = 0.003 # at least, with the execution that is not timed
# Seen with one thread, relative to the peak of s16 with AVX2, so that they fit faster and slower machines.
CHECKED_SHARE_OF_PEAK = 0.12
CALIBRATION_GMACS = 150 # what the CPU could do while one layer is calibrated
PREPARATION_SECONDS = 0.4 # of a peer's layer


@dataclasses.dataclass(frozen=True)
class Run:
    isa: str
    mode: str
    threads: int
    shapes: tuple

    @property
    def text(self):
        return f"{self.isa}, {self.mode}, {self.threads} thread{'s' * (self.threads > 1)}, {len(self.shapes)} shapes"


def thread_counts(processors):
    """All up to 4, then by doubling, and all processors."""
    counts = [n for n in range(1, processors + 1) if n <= 4 or n & (n - 1) == 0]
    return counts if counts[-1] == processors else [*counts, processors]


def runs_of(shapes, scaling_shapes, isas, processors, quick):
    best = isas[-1]
    runs = [Run(best, "exact", 1, tuple(shapes)), Run(best, "calibrated", 1, tuple(shapes))]
    if not quick:
        runs += [Run(isa, "exact", 1, tuple(shapes)) for isa in reversed(isas[:-1])]
    return runs + [Run(best, "exact", threads, tuple(scaling_shapes))
                   for threads in thread_counts(processors) if threads > 1]


def _turns(seconds):
    """All of a contender that takes so long."""
    return ROUNDS * max(TURN_SECONDS, seconds)


def _check(shape, peaks):
    return shape.macs * 1e-9 / (CHECKED_SHARE_OF_PEAK * peaks["avx2"]["s16"])


def run_seconds(run, peaks):
    direct = peaks[run.isa]["s8"] * run.threads
    total = 0
    for shape in run.shapes:
        seconds = shape.macs * 1e-9 / direct
        total += _check(shape, peaks) / run.threads + _turns(seconds) + _turns(seconds / 1.5)
        if run.mode == "calibrated":
            total += CALIBRATION_GMACS / peaks["avx2"]["s16"]
    return total


def peers_seconds(shapes, peers, isa, peaks):
    run = Run(isa, "exact", 1, tuple(shapes))
    # One of the peers is timed twice, with Winograd and without.
    contenders = peers + 1
    return run_seconds(run, peaks) + sum(
        contenders * _turns(shape.macs * 1e-9 / (0.7 * peaks[isa]["s8"])) + peers * PREPARATION_SECONDS
        for shape in shapes)
