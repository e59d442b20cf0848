"""One run of a program, and what oneDNN and winodnn said in it."""

import array
import collections
import time

from . import child, verbose_lines

VERBOSE = {"ONEDNN_VERBOSE": "1", "DNNL_VERBOSE": "1", "WINODNN_VERBOSE": "2"}


class Observation:
    def __init__(self):
        self.infos = [] # verbose_lines.Info
        self.reasons = collections.defaultdict(set) # of declines, by problem
        self.times = collections.defaultdict(lambda: array.array("f")) # ms, by verbose_lines.Layer and implementation
        self.packing_ms = 0.0 # of weights, by winodnn
        self.other_ms = 0.0 # of primitives that are not convolutions, by oneDNN
        self.outcome = None
        self.seconds = 0.0

    def read_line(self, line, write_on):
        """Takes in what is of a library, and hands on what is of the program."""
        of_program, of_library = verbose_lines.split(line)
        if of_program:
            write_on(of_program)
        if of_library is None:
            return
        said = verbose_lines.parse(of_library)
        if isinstance(said, verbose_lines.Info):
            self.infos.append(said)
        elif isinstance(said, verbose_lines.Decline):
            self.reasons[said.problem].add(said.reason)
        elif isinstance(said, verbose_lines.Execution):
            if said.layer is None and is_winodnns(said.implementation):
                self.packing_ms += said.milliseconds
            elif said.layer is None:
                self.other_ms += said.milliseconds
            else:
                self.times[said.layer, said.implementation].append(said.milliseconds)

    def fact(self, speaker, beginning):
        """The rest of the first such info: of "runtime:OpenMP,nthr:2" and "runtime:" it is "OpenMP,nthr:2"."""
        for info in self.infos:
            if info.speaker == speaker and info.text.startswith(beginning):
                return info.text[len(beginning):]
        return ""

    def executions(self, taken_over=None):
        return sum(len(times) for (_, implementation), times in self.times.items()
                   if taken_over is None or is_winodnns(implementation) == taken_over)


def is_winodnns(implementation):
    return implementation.startswith("wino:")


def typical(times):
    """The lower quartile: whatever disturbs a program makes it slower."""
    return sorted(times)[len(times) // 4]


def observe(command, path, environment, write_on, stdin=None, stderr=None):
    """Runs it. write_on gets the bytes that the program itself writes to stdout, from a thread."""
    observation = Observation()
    start = time.monotonic()
    observation.outcome = child.run(command, path, {**environment, **VERBOSE}, stdin=stdin, stderr=stderr,
                                    read_line=lambda line: observation.read_line(line, write_on))
    observation.seconds = time.monotonic() - start
    return observation
