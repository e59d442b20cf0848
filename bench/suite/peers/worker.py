"""One peer in a process of its own: worker.py PEER. Questions are lines of JSON on stdin, answers lines on stdout.

    {"ask": "version"}            {"version": ...}
    {"ask": "prepare", "layer"}   {"implementations": [...], "largest_difference": ...}
    {"ask": "time"}               {"seconds": [...]}, one stretch's median for each implementation
"""

import importlib
import json
import os
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import layers  # noqa: E402
from problem import Problem  # noqa: E402

# As vs_direct has it.
STRETCH_SECONDS = 0.02
FEWEST_EXECUTIONS = 3
# Peers round the same value elsewhere.
LARGEST_DIFFERENCE = 1


def median_of_stretch(contender):
    contender.execute()
    times = []
    while sum(times) < STRETCH_SECONDS or len(times) < FEWEST_EXECUTIONS:
        times.append(contender.execute())
    return statistics.median(times)


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

    def time(self, _):
        return {"seconds": [median_of_stretch(contender) for contender in self._contenders]}


def main():
    # Libraries print what they like; answers have the real stdout to themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(importlib.import_module(f"{sys.argv[1]}_peer"))
    asked = {"version": worker.version, "prepare": worker.prepare, "time": worker.time}
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = asked[question["ask"]](question)
        except Exception as error: # one layer's failure is not all layers'
            answer = {"error": str(error).strip() or repr(error)}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
