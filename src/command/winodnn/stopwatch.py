"""Times that can be believed: in turn, the least of many, and none that the scheduler had a hand in."""

import dataclasses
import resource
import time

STRETCH_SECONDS = 0.002
# A least time is believed when so many stretches come near it.
SEEN = 5
NEAR = 1.02


@dataclasses.dataclass
class Timing:
    ms: float # of one execution; None if every stretch was disturbed
    trusted: bool # seen often enough


def involuntary_switches():
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def compare(executions, seconds, clock=time.perf_counter, switches=involuntary_switches):
    """A Timing for each of the callables, which have a short stretch each, again and again, until the least time of each
    has been seen often enough or the time is over."""
    counts = [stretch_length(execute, clock) for execute in executions]
    stretches = [[] for _ in executions]
    start = clock()
    while clock() - start < seconds and not all(map(is_seen, stretches)):
        for execute, count, times in zip(executions, counts, stretches):
            switched, begun = switches(), clock()
            for _ in range(count):
                execute()
            elapsed = clock() - begun
            if switches() == switched:
                times.append(elapsed / count * 1e3)
    return [Timing(min(times, default=None), is_seen(times)) for times in stretches]


def stretch_length(execute, clock):
    """Executions in a stretch. The first ones, which are slower, are not counted."""
    least = float("inf")
    for _ in range(3):
        begun = clock()
        execute()
        least = min(least, clock() - begun)
    return max(1, round(STRETCH_SECONDS / least))


def is_seen(times):
    return bool(times) and sum(time <= min(times) * NEAR for time in times) >= SEEN
