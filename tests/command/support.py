"""What the tests of the command share."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROBE = os.environ["TEST_PROBE"] # a program that uses oneDNN; argument: direct or winograd
STATIC = os.environ["TEST_STATIC"] # ends with 7
V2 = os.environ["TEST_V2"]
HIDDEN = os.environ["TEST_HIDDEN"] # has its oneDNN inside
ONEDNN = os.environ["TEST_ONEDNN"]
COMMAND = [sys.executable, "-m", "winodnn"]
SECONDS = 60


def winodnn(*arguments, **keywords):
    """A run of the command that has ended, with its output as text."""
    keywords = {"stdin": subprocess.DEVNULL, "timeout": SECONDS} | keywords
    if "input" in keywords:
        del keywords["stdin"]
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **keywords)


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def script(self, text, name="script", mode=0o755):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path
