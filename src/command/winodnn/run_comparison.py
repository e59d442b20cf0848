"""A program run with winodnn and without, and what became of each of its layers."""

import contextlib
import dataclasses
import os
import statistics
import sys

from . import observation, shape
from .environment import with_preload, without_choices, without_preload
from .replayed_input import ReplayedInput

# Medians further than this above the lower quartiles, or layers that oneDNN computed in both runs further apart: other
# things disturbed the program.
TRUSTED_SPREAD = 0.1
LEAST_CONTROL_MS = 1
# The first execution of a layer is slower: caches and threads are cold.
FEWEST_EXECUTIONS = 4


@dataclasses.dataclass
class Row:
    """One layer, or several of the same shape, types and post-ops."""
    layer: object # verbose_lines.Layer
    implementation: str # with winodnn
    direct_implementation: str # without; "" if it did not occur
    executions: int # in one run
    without_ms: float # None if it did not occur
    with_ms: float
    reasons: tuple # why it was left to oneDNN

    @property
    def taken_over(self):
        return observation.is_winodnns(self.implementation)

    @property
    def speedup(self):
        return None if self.without_ms is None else self.without_ms / self.with_ms

    @property
    def saved_ms(self):
        return 0 if self.without_ms is None or not self.taken_over else self.executions * (self.without_ms - self.with_ms)

    def as_dict(self):
        return {"problem": self.layer.problem, "shape": shape.in_words(self.layer.problem), "source": self.layer.source,
                "destination": self.layer.destination, "post_ops": list(self.layer.post_ops),
                "executions": self.executions, "taken_over": self.taken_over, "implementation": self.implementation,
                "direct_implementation": self.direct_implementation, "reasons": list(self.reasons),
                "ms_without": self.without_ms, "ms_with": self.with_ms, "speedup": self.speedup,
                "saved_ms": self.saved_ms}


class Comparison:
    def __init__(self, command, without, with_winodnn):
        self.command = command
        self.without, self.with_winodnn = without, with_winodnn # lists of observations, one a round

    @property
    def outcomes(self):
        return [run.outcome for run in self.without + self.with_winodnn]

    def fact(self, beginning):
        speaker = "winodnn" if self.with_winodnn[0].fact("winodnn", beginning) else "onednn"
        return self.with_winodnn[0].fact(speaker, beginning)

    @property
    def status(self):
        """active, or why not; not reached if winodnn said nothing at all."""
        return self.with_winodnn[0].fact("winodnn", "status:").split(",runtime:")[0] or "not reached"

    def rows(self):
        """In the order of their first executions with winodnn."""
        alone, preloaded = merged(self.without), merged(self.with_winodnn)
        reasons = self.with_winodnn[0].reasons
        result = []
        for (layer, implementation), times in preloaded.items():
            of_direct = {name: direct for (other, name), direct in alone.items() if other == layer}
            direct_times = [time for direct in of_direct.values() for time in direct]
            why = () if observation.is_winodnns(implementation) else tuple(sorted(reasons.get(layer.problem, ())))
            result.append(Row(layer, implementation, " ".join(of_direct), round(len(times) / len(self.with_winodnn)),
                              observation.typical(direct_times) if direct_times else None, observation.typical(times), why))
        return result

    def totals(self):
        """In ms of one run."""
        rows = self.rows()
        taken = [row for row in rows if row.taken_over and row.without_ms is not None]
        left = [row for row in rows if not row.taken_over and row.without_ms is not None]
        return {
            "executions": sum(row.executions for row in rows),
            "executions_taken_over": sum(row.executions for row in rows if row.taken_over),
            "taken_over_ms_without": sum(row.executions * row.without_ms for row in taken),
            "taken_over_ms_with": sum(row.executions * row.with_ms for row in taken),
            "left_ms_without": sum(row.executions * row.without_ms for row in left),
            "left_ms_with": sum(row.executions * row.with_ms for row in left),
            "other_primitives_ms_without": min(run.other_ms for run in self.without),
            "other_primitives_ms_with": min(run.other_ms for run in self.with_winodnn),
            "packing_ms": min(run.packing_ms for run in self.with_winodnn),
            "saved_ms": sum(row.saved_ms for row in rows),
            "program_seconds_without": min(run.seconds for run in self.without),
            "program_seconds_with": min(run.seconds for run in self.with_winodnn),
        }

    def doubts(self):
        """Why the figures should not be trusted, in words."""
        found = []
        totals = self.totals()
        if self.without[0].executions() != self.with_winodnn[0].executions():
            found.append(f"the program executed {self.without[0].executions()} convolutions without winodnn and "
                         f"{self.with_winodnn[0].executions()} with it: the runs are not the same")
        if self.fewest_executions() < FEWEST_EXECUTIONS:
            found.append(f"some layers were executed fewer than {FEWEST_EXECUTIONS} times, and first executions are slower: "
                         "let the program compute more, or take more --rounds")
        alone, preloaded = totals["left_ms_without"], totals["left_ms_with"]
        apart = max(alone, preloaded) - min(alone, preloaded)
        if max(self.spread(self.without), self.spread(self.with_winodnn)) > TRUSTED_SPREAD or (
                max(alone, preloaded) >= LEAST_CONTROL_MS and apart > TRUSTED_SPREAD * min(alone, preloaded)):
            found.append("times of the same layer varied by more than 10%: something else kept the machine busy. Try again "
                         "when it is quiet, or with more --rounds")
        return found

    def fewest_executions(self):
        counts = [len(times) for runs in (self.without, self.with_winodnn) for times in merged(runs).values()]
        return min(counts, default=FEWEST_EXECUTIONS)

    @staticmethod
    def spread(runs):
        """How far the medians are above the lower quartiles, over all layers."""
        times = merged(runs).values()
        typical = sum(len(of_layer) * observation.typical(of_layer) for of_layer in times)
        return sum(len(of_layer) * statistics.median(of_layer) for of_layer in times) / typical - 1 if typical else 0

    def as_dict(self):
        return {"program": self.command, "rounds": len(self.without), "status": self.status,
                "winodnn": self.fact("winodnn v"), "onednn": self.fact("oneDNN v"), "machine": self.fact("mode:"),
                "layers": [row.as_dict() for row in self.rows()], "totals": self.totals(), "doubts": self.doubts()}


def merged(runs):
    """The times of all rounds together."""
    result = {}
    for run in runs:
        for key, times in run.times.items():
            result.setdefault(key, []).extend(times)
    return result


def compare(command, path, environment, chosen, rounds):
    """Runs in turn, so that what changes on the machine changes for both. The program writes to stderr. Ends with the
    first run that fails."""
    given = ReplayedInput()
    clean = without_choices(without_preload(environment))
    variants = {"without winodnn": clean, "with winodnn": {**with_preload(clean), **chosen}}
    runs = {name: [] for name in variants}
    for turn in range(rounds):
        # The second round begins with the other.
        for name in list(variants)[::1 if turn % 2 == 0 else -1]:
            print(f"== {name}" + (f", round {turn + 1} of {rounds}" if rounds > 1 else ""), file=sys.stderr, flush=True)
            runs[name].append(run_once(command, path, variants[name], given))
            if runs[name][-1].outcome.returncode != 0:
                return Comparison(command, runs["without winodnn"], runs["with winodnn"])
    return Comparison(command, runs["without winodnn"], runs["with winodnn"])


def run_once(command, path, environment, given):
    stdin = given.next_run()
    with contextlib.ExitStack() as cleanup:
        if stdin is not None:
            cleanup.callback(os.close, stdin)
        return observation.observe(command, path, environment, write_to_stderr, stdin)


def write_to_stderr(data):
    sys.stderr.buffer.write(data)
    sys.stderr.buffer.flush()
