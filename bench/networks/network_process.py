"""A running demo_network, which computes only while it is asked to."""

import json
import os
import subprocess
import sys


class ProcessEnded(Exception):
    """A demo_network stopped before it was told to; it has said why on stderr."""


class NetworkProcess:
    def __init__(self, program, network, image, environment):
        self._process = subprocess.Popen([program, network, image], env={**os.environ, **environment},
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.introduction = self._answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, *command):
        try:
            print(*command, file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise ProcessEnded() from error
        return self._answer()

    def has_loaded(self, library):
        with open(f"/proc/{self._process.pid}/maps", encoding="utf-8", errors="replace") as maps:
            return any(line.rstrip().endswith(library) for line in maps)

    def _answer(self):
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
            sys.stdout.write(line)  # what ONEDNN_VERBOSE and WINODNN_VERBOSE print
        raise ProcessEnded()
