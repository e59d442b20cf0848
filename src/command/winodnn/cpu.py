"""The CPU, as the kernel describes it."""

import os

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


def quota(cgroup_folder="/sys/fs/cgroup"):
    """How many processors' time this cgroup may use, or None if there is no limit."""
    try:
        with open(os.path.join(cgroup_folder, "cpu.max"), encoding="utf-8") as file:
            most, period = file.read().split()
        return None if most == "max" else int(most) / int(period)
    except (OSError, ValueError):
        return None
