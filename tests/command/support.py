"""What the tests of the command share."""

import os
import pathlib
import shutil
import stat
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
NOBODY = 65534


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

    def set_user_id_probe(self):
        """A copy of the probe that belongs to somebody else and runs as theirs: only root can make one."""
        path = self.folder / "probe"
        shutil.copy(PROBE, path)
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o755 | stat.S_ISUID)
        self.folder.chmod(0o755)
        if os.statvfs(path).f_flag & os.ST_NOSUID:
            self.skipTest("the folder for temporary files ignores set-user-id")
        return path
