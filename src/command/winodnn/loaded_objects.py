"""Which files the dynamic loader put into a program's processes: glibc's loader tells, if it is asked to."""

import os
import pathlib
import re
import tempfile

INITIALIZED = re.compile(rb"(?:calling init|initialize program): (.*)")


class LoadedObjects:
    """A context: while it lasts, programs that run in `environment` leave traces of what they load."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="winodnn-")
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def environment(self, environment):
        return {**environment, "LD_DEBUG": "files", "LD_DEBUG_OUTPUT": os.path.join(self._folder.name, "process")}

    def paths(self):
        """Of all processes so far, in the order of their loading, each once."""
        found = {}
        for trace in sorted(pathlib.Path(self._folder.name).iterdir(), key=lambda path: path.stat().st_mtime_ns):
            with open(trace, "rb") as lines:
                for line in lines:
                    if match := INITIALIZED.search(line):
                        found[os.fsdecode(match[1].strip())] = None
        return list(found)
