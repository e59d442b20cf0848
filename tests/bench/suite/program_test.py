"""With the programs themselves: program_test.py FOLDER."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import documents
from documents import DECLINED, TAKEN

import results
import text
import vs_direct

PROGRAMS = pathlib.Path(sys.argv.pop())


class Turns(unittest.TestCase):
    def test_each_repetition_is_one(self):
        with vs_direct.VsDirect(PROGRAMS / "vs_direct", [TAKEN, DECLINED], "avx2", "exact", 1, 2, in_turns=True) as run:
            for _ in range(4):
                run.take_turn()
            context, records = run.results()
            executable = json.loads(run.json.read_text(encoding="utf-8"))["context"]["executable"]
        self.assertEqual(executable, "vs_direct")
        self.assertEqual((context["isa"], context["mode"], context["threads"]), ("avx2", "exact", "1"))
        self.assertEqual([len(record["winodnn_ms"]) for record in records], [2, 2])

    def test_program_that_ends_early(self):
        with vs_direct.VsDirect(PROGRAMS / "vs_direct", [TAKEN], "no_isa", "exact", 1, 2, in_turns=True, quiet=True) as run:
            with self.assertRaisesRegex(vs_direct.BadResults, "ended early"):
                run.take_turn()

    def test_none_comes(self):
        done = subprocess.run([PROGRAMS / "vs_direct", f"--layers={pathlib.Path(__file__).parent.parent / 'small.txt'}",
                               "--turns=stdin"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no turn came", done.stderr)


class Measure(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def measure(self, content):
        layers = self.folder / "tiny.txt"
        layers.write_text(content)
        return subprocess.run([sys.executable, "-B", documents.SUITE / "measure.py", "--programs", PROGRAMS, "--peers", "none",
                               "--quick", "--output", self.folder / "results.json", layers],
                              capture_output=True, text=True, check=False)

    def test_report_on_a_layer(self):
        done = self.measure(TAKEN.line("tiny_layer") + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = results.read(self.folder / "results.json")
        self.assertGreater(found.peaks[found.best_isa]["s8"], 0)
        self.assertIn(TAKEN, found.run(found.best_isa, "calibrated"))
        self.assertIn("tiny_layer", text.report(found, ""))

    def test_bad_layer(self):
        done = self.measure('mb1ic16ih8oc16kx3n"wrong"\n')
        self.assertEqual(done.returncode, 1)
        self.assertIn("'kx' is not an entry", done.stderr)
        self.assertFalse((self.folder / "results.json").exists())


if __name__ == "__main__":
    unittest.main()
