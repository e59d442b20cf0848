"""What the results were measured on."""

import os
import pathlib
import subprocess


def describe():
    # The first processor's.
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0]
    told = dict((part.strip() for part in line.split(":", 1)) for line in text.splitlines() if ":" in line)
    flags = told.get("flags", "").split()
    return {"cpu": told.get("model name", "unknown"), "family": told.get("cpu family", "?"),
            "model": told.get("model", "?"), "stepping": told.get("stepping", "?"),
            "processors": len(os.sched_getaffinity(0)), "amx": "amx_int8" in flags,
            "load_before": round(os.getloadavg()[0], 2)}


def commit():
    """Of the sources, if they come with their history."""
    try:
        return subprocess.run(["git", "describe", "--always", "--dirty"], cwd=pathlib.Path(__file__).parent, check=True,
                              capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
