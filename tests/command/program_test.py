"""Which program a command line names, and what keeps a preload out of it."""

import os
import pathlib
import shutil
import stat
import struct
import subprocess
import sys
import unittest

from support import PROBE, STATIC, CommandTest

from winodnn import program
from winodnn.failure import NOT_EXECUTABLE, NOT_FOUND, Failure

PATH = {"PATH": os.environ["PATH"]}


class Found(CommandTest):
    def failure(self, name, environment=PATH):
        with self.assertRaises(Failure) as caught:
            program.examine(str(name), environment)
        return caught.exception

    def test_by_path_and_by_name(self):
        self.assertEqual(program.examine(PROBE, PATH).files, (PROBE,))
        folder, name = os.path.split(PROBE)
        self.assertEqual(program.examine(name, {"PATH": f"/nowhere:{folder}"}).files, (PROBE,))

    def test_none(self):
        self.assertEqual(self.failure("no-such-program").exit_status, NOT_FOUND)
        self.assertEqual(self.failure(self.folder / "nothing").exit_status, NOT_FOUND)

    def test_not_executable(self):
        for path in (self.script("#!/bin/sh\n", mode=0o644), self.folder, self.script("echo no first line\n", "bare"),
                     self.script("", "empty"), self.script("#!\n", "nameless")):
            self.assertEqual(self.failure(path).exit_status, NOT_EXECUTABLE, path)

    def test_scripts_lead_to_what_runs(self):
        python = os.path.realpath(sys.executable)
        direct = self.script(f"#!{python} -B\n", "direct")
        by_env = self.script("#!/usr/bin/env -S A=1 sh -e\n", "by_env")
        of_script = self.script(f"#!{direct}\n", "of_script")
        self.assertEqual(program.examine(str(direct), PATH).executed, python)
        self.assertEqual(os.path.basename(program.examine(str(by_env), PATH).executed), "sh")
        self.assertEqual(program.examine(str(of_script), PATH).files, (str(of_script), str(direct), python))

    def test_interpreter_that_is_missing(self):
        failure = self.failure(self.script("#!/no/such/interpreter\n"))
        self.assertEqual(failure.exit_status, NOT_FOUND)
        self.assertIn("its interpreter is missing", str(failure))

    def test_scripts_of_themselves(self):
        path = self.folder / "endless"
        path.write_text(f"#!{path}\n")
        path.chmod(0o755)
        self.assertEqual(self.failure(path).exit_status, NOT_EXECUTABLE)


class Obstacles(CommandTest):
    def obstacles(self, path):
        return " ".join(map(str, program.examine(str(path), PATH).obstacles))

    def copy_of_probe(self):
        path = self.folder / "probe"
        shutil.copy(PROBE, path)
        return path

    def altered(self, offset, value):
        content = bytearray(pathlib.Path(PROBE).read_bytes())
        content[offset:offset + len(value)] = value
        path = self.folder / "altered"
        path.write_bytes(content)
        path.chmod(0o755)
        return path

    def test_none(self):
        self.assertEqual(self.obstacles(PROBE), "")
        self.assertEqual(self.obstacles(sys.executable), "")

    def test_loader_is_no_static_program(self):
        self.assertEqual(self.obstacles("/lib64/ld-linux-x86-64.so.2"), "")

    def test_static(self):
        self.assertIn("linked statically", self.obstacles(STATIC))

    def test_other_machines(self):
        arm = struct.pack("<H", 183)
        self.assertIn("not a 64-bit x86 program", self.obstacles(self.altered(18, arm)))
        self.assertIn("not a 64-bit x86 program", self.obstacles(self.altered(4, b"\1")))

    def test_truncated(self):
        path = self.folder / "truncated"
        path.write_bytes(pathlib.Path(PROBE).read_bytes()[:100])
        path.chmod(0o755)
        with self.assertRaisesRegex(Failure, "truncated ELF"):
            program.examine(str(path), PATH)

    def test_musl(self):
        content = pathlib.Path(PROBE).read_bytes()
        loader = b"/lib64/ld-linux-x86-64.so.2\0"
        path = self.altered(content.index(loader), b"/lib/ld-musl-x86_64.so.1".ljust(len(loader), b"\0"))
        examined = program.examine(str(path), PATH)
        self.assertIn("musl", examined.obstacles[0].problem)
        self.assertFalse(examined.starts_with_preload)

    def test_set_user_id_of_ones_own(self):
        path = self.copy_of_probe()
        path.chmod(0o755 | stat.S_ISUID)
        self.assertEqual(self.obstacles(path), "")

    @unittest.skipIf(os.getuid() != 0, "only root gives files away")
    def test_set_user_id(self):
        path = self.set_user_id_probe()
        self.assertIn("set-user-id", self.obstacles(path))
        # And so it is.
        done = subprocess.run([path], env={"LD_PRELOAD": "/no/such/library.so"}, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        path.chmod(0o755 | stat.S_ISGID)
        self.assertIn("set-group-id", self.obstacles(path))


if __name__ == "__main__":
    unittest.main()
