"""A process that computes only while it is asked to: lines of JSON on its stdin, answers on its stdout."""

import json
import os
import subprocess
import sys


class ProcessEnded(Exception):
    """It stopped before it was told to; it has said why on stderr."""


class AskedProcess:
    """As a context manager. `introduction` is the line that it begins with."""

    def __init__(self, command, environment):
        self._process = subprocess.Popen([str(word) for word in command], env={**os.environ, **environment},
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._name = os.path.basename(str(command[0]))
        try:
            self.introduction = self._answer()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.wait()
        self._process.stdout.close()

    def ask(self, *command):
        try:
            print(json.dumps(command), file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise self._ended() from error
        return self._answer()

    def has_loaded(self, library):
        with open(f"/proc/{self._process.pid}/maps", encoding="utf-8", errors="replace") as maps:
            return any(line.rstrip().endswith(library) for line in maps)

    def _answer(self):
        for line in self._process.stdout:
            if line[0] in "{[":
                return json.loads(line)
            sys.stdout.write(line)  # what ONEDNN_VERBOSE and WINODNN_VERBOSE print
        raise self._ended()

    def _ended(self):
        return ProcessEnded(f"{self._name} ended early")
