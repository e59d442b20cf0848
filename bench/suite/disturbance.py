"""Whether something else ran on the CPUs meanwhile. Medians hide it where it was in every execution."""

import resource
import time

# A quiet machine gives all of a CPU to a run of one thread.
LEAST_SHARE = 0.95


class Watch:
    """Over a run of one thread, from creation until its processes have ended."""

    def __init__(self):
        self._begin, self._used = time.monotonic(), self._so_far()

    @staticmethod
    def _so_far():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def share_of_cpu(self):
        return round((self._so_far() - self._used) / (time.monotonic() - self._begin), 3)
