"""The CPU, as the kernel describes it."""

import os
import pathlib

# By strength, with the flags that winodnn's kernels of each need.
INSTRUCTION_SETS = (
    ("avx512_core_vnni", {"avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_vnni"}),
    ("avx512_core", {"avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512dq"}),
    ("avx2_vnni", {"avx2", "fma", "avx_vnni"}),
    ("avx2", {"avx2", "fma"}),
)


class Cpu:
    def __init__(self, cpuinfo):
        """cpuinfo: the text of /proc/cpuinfo. The first processor stands for all."""
        entries = dict(map(str.strip, line.split(":", 1)) for line in cpuinfo.split("\n\n")[0].splitlines() if ":" in line)
        self.model = entries.get("model name", "an unknown CPU")
        self.flags = set(entries.get("flags", "").split())

    @property
    def instruction_set(self):
        """The best that winodnn has kernels for, or None."""
        return next((name for name, needed in INSTRUCTION_SETS if needed <= self.flags), None)

    @property
    def has_amx(self):
        return "amx_int8" in self.flags


def read():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return Cpu(file.read())


def usable_processors():
    return len(os.sched_getaffinity(0))


def quota(mounted="/sys/fs/cgroup", own="/proc/self/cgroup"):
    """How many processors' time this process's cgroups may use, or None if there is no limit. In a container's own
    namespace its cgroup is the root."""
    try:
        with open(own, encoding="utf-8") as file:
            entries = [line.rstrip("\n").split(":", 2)[1:] for line in file]
    except OSError:
        return None
    limits = []
    for controllers, path in entries:
        # Version 2 has one hierarchy, which names no controllers; version 1 has one for the CPU.
        if controllers == "" or "cpu" in controllers.split(","):
            parts = [part for part in path.split("/") if part]
            # Those that it lies in limit it as well.
            folders = [os.path.join(mounted, controllers, *parts[:depth]) for depth in range(len(parts) + 1)]
            limits += [limit for folder in folders if (limit := limit_of(folder)) is not None]
    return min(limits, default=None)


def limit_of(folder):
    """By cpu.max of version 2, or the two files of version 1."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            words = " ".join(pathlib.Path(folder, name).read_text(encoding="utf-8") for name in names).split()
            most, period = int(words[0]), int(words[1])
            return most / period if most > 0 else None
        except (OSError, ValueError, IndexError):
            pass # not there, or "max"
    return None
