"""Where long work is, on stderr: one line that changes on a terminal, a line each elsewhere. Nothing of a single step."""

import sys


class Progress:
    def __init__(self, total):
        self._total, self._done = total, 0
        self._replaces = sys.stderr.isatty()

    def step(self, name):
        self._done += 1
        if self._total == 1:
            return
        text = f"{self._done}/{self._total}  {name}"
        print(f"\r\033[K{text}" if self._replaces else text, end="" if self._replaces else "\n", file=sys.stderr, flush=True)

    def finish(self):
        if self._replaces and self._total > 1:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
