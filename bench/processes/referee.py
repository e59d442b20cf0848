"""Times of contenders that can be believed: bench/timing/rounds.hpp decides, by build/bench/referee."""

import dataclasses
import json
import subprocess


@dataclasses.dataclass
class Times:
    """Of one contender. Seconds are None where there was no undisturbed execution."""
    seconds: float | None
    is_confirmed: bool
    parts: list  # seconds of each, None if neither they nor their sum were confirmed


def hold_rounds(program, turns, seconds, on_round=lambda number: None):
    """Calls turns[i]() for a turn of contender i: [[least seconds, undisturbed, disturbed], ...] for its parts. Times of
    each, and what makes them not to be trusted, or ""."""
    command = [str(program), f"--contenders={len(turns)}", f"--seconds={seconds}"]
    taken = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as referee:
        for line in referee.stdout:
            if not line.startswith("turn "):
                result = json.loads(line)
                break
            if taken % len(turns) == 0:
                on_round(taken // len(turns))
            taken += 1
            print(json.dumps(turns[int(line.split()[1])]()), file=referee.stdin, flush=True)
        else:
            raise RuntimeError("the referee ended early")
    times = [Times(c["seconds"], c["confirmed"], [part["seconds"] if part["confirmed"] or c["confirmed"] else None for part in c["parts"]]) for c in result["contenders"]]
    return times, result["distrust"]
