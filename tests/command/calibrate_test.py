"""winodnn calibrate: the file, and what is said if there is none."""

import json
import os
import signal
import unittest

from support import PROBE, STATIC, CommandTest, winodnn


class Calibrate(CommandTest):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "layers.json"

    def calibrate(self, *program, options=(), **keywords):
        return winodnn("calibrate", "-o", self.file, *options, "--", *program, **keywords)

    def test_layers_are_written(self):
        done = self.calibrate(PROBE, "direct")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("has 1 layer\n", done.stderr)
        self.assertIn("impl wino:", done.stdout)
        document = json.loads(self.file.read_text())
        self.assertEqual((document["scales"], len(document["layers"])), ("mse", 1))

    def test_scales(self):
        self.calibrate(PROBE, "direct", options=("--scales", "max"))
        self.assertEqual(json.loads(self.file.read_text())["scales"], "max")

    def test_variables_of_other_runs_do_not_count(self):
        done = self.calibrate(PROBE, "direct", env=os.environ | {"WINODNN_MODE": "off"})
        self.assertIn("has 1 layer\n", done.stderr)

    def test_file_of_a_programs_other_folder(self):
        done = winodnn("calibrate", "-o", "layers.json", "--", "sh", "-c", f"cd / && {PROBE} direct", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.file.exists())

    def test_program_that_fails_later(self):
        done = self.calibrate("sh", "-c", f"{PROBE} direct; exit 3")
        self.assertEqual(done.returncode, 3)
        self.assertIn("ended with status 3", done.stderr)
        self.assertIn("has 1 layer\n", done.stderr)

    def test_program_without_onednn(self):
        done = self.calibrate("true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("was not written", done.stderr)

    def test_program_that_is_killed(self):
        self.file.write_text("old")
        done = self.calibrate("sh", "-c", "kill -KILL $$")
        self.assertEqual(done.returncode, 128 + signal.SIGKILL)
        self.assertIn("is still the old one", done.stderr)
        self.assertEqual(self.file.read_text(), "old")

    def test_refused(self):
        done = self.calibrate(STATIC)
        self.assertEqual(done.returncode, 125)
        self.assertIn("linked statically", done.stderr)
        self.assertEqual(winodnn("calibrate", "-o", "/no/such/layers.json", "--", "true").returncode, 125)
        self.assertEqual(self.calibrate("true", options=("--scales", "huge")).returncode, 125)


if __name__ == "__main__":
    unittest.main()
