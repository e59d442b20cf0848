"""One peer in a process of its own: worker.py PEER. Questions are lines of JSON on stdin, answers lines on stdout.

    {"ask": "version"}            {"version": ...}
    {"ask": "prepare", "layer"}   {"implementations": [...], "largest_difference": ...}
    {"ask": "turn", "implementation": I}    {"turn": [[least seconds, undisturbed, disturbed]]}, for the referee
"""

import importlib
import json
import os
import pathlib
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import layers  # noqa: E402
from problem import Problem  # noqa: E402

# As bench/timing/stopwatch.hpp has it.
TURN_SECONDS = 0.002
FEWEST_EXECUTIONS = 3
SECONDS_WITHOUT_CACHES = 0.005
SECONDS_BETWEEN_TOLERABLE_SWITCHES = 0.05
# Peers round the same value elsewhere.
LARGEST_DIFFERENCE = 1


def involuntary_switches():
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def take_turn(contender):
    """The least seconds of undisturbed executions behind one that is not timed, how many there were, and how many others."""
    times, disturbed = [], 0

    def execute():
        nonlocal disturbed
        switches = involuntary_switches()
        seconds = contender.execute()
        if involuntary_switches() - switches <= seconds // SECONDS_BETWEEN_TOLERABLE_SWITCHES:
            times.append(seconds)
        else:
            disturbed += 1
        return seconds

    if execute() < SECONDS_WITHOUT_CACHES:
        times, disturbed, start = [], 0, time.perf_counter()
        while len(times) + disturbed < FEWEST_EXECUTIONS or time.perf_counter() - start < TURN_SECONDS:
            execute()
    return [[min(times, default=0), len(times), disturbed]]


class Worker:
    def __init__(self, peer):
        self._peer = peer
        self._contenders = []

    def version(self, _):
        return {"version": self._peer.version()}

    def prepare(self, question):
        self._contenders = []
        problem = Problem(layers.parse(question["layer"]).shape, self._peer.LARGEST_OUTPUT)
        contenders, differences = [], []
        for contender in self._peer.contenders(problem):
            contender.execute()
            differences.append(problem.largest_difference(contender.output()))
            if differences[-1] > LARGEST_DIFFERENCE:
                raise RuntimeError(f"{contender.implementation}: outputs are wrong by up to {differences[-1]}")
            contenders.append(contender)
        self._contenders = contenders
        return {"implementations": [c.implementation for c in contenders], "largest_difference": max(differences)}

    def turn(self, question):
        return {"turn": take_turn(self._contenders[question["implementation"]])}


def main():
    # Libraries print what they like; answers have the real stdout to themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(importlib.import_module(f"{sys.argv[1]}_peer"))
    asked = {"version": worker.version, "prepare": worker.prepare, "turn": worker.turn}
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = asked[question["ask"]](question)
        except Exception as error: # one layer's failure is not all layers'
            answer = {"error": str(error).strip() or repr(error)}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
