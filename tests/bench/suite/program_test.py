"""With the programs themselves: program_test.py FOLDER."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import documents
from documents import TAKEN

import referee
import results
import text
import vs_direct
from layers import Shape

PROGRAMS = pathlib.Path(sys.argv.pop())
# What no machine's winodnn takes.
ONE_BY_ONE = Shape(mb=1, ic=16, oc=16, ih=8, iw=8, kh=1, kw=1, ph=0, pw=0)


class Turns(unittest.TestCase):
    def test_are_taken_layer_by_layer(self):
        with vs_direct.VsDirect(PROGRAMS / "vs_direct", [TAKEN, ONE_BY_ONE], "avx2", "exact", 1, 0, in_turns=True) as run:
            self.assertFalse(run.next_layer())
            for contender in ("winodnn", "direct", "winodnn"):
                (least, undisturbed, disturbed), = run.turn(contender)
                self.assertGreater(undisturbed + disturbed, 0)
                self.assertEqual(least > 0, undisturbed > 0)
            self.assertTrue(run.next_layer())
            run.turn("direct")
            context, records = run.results()
        self.assertEqual((context["isa"], context["mode"], context["threads"]), ("avx2", "exact", 1))
        self.assertEqual([record["declined"] for record in records], [False, True])

    def test_of_nobody(self):
        with vs_direct.VsDirect(PROGRAMS / "vs_direct", [ONE_BY_ONE], "avx2", "exact", 1, 0, in_turns=True, quiet=True) as run:
            run.next_layer()
            with self.assertRaisesRegex(vs_direct.BadResults, "ended early"):
                run.turn("winodnn")

    def test_program_that_ends_early(self):
        with vs_direct.VsDirect(PROGRAMS / "vs_direct", [TAKEN], "no_isa", "exact", 1, 0, in_turns=True, quiet=True) as run:
            with self.assertRaisesRegex(vs_direct.BadResults, "ended early"):
                run.next_layer()

    def test_none_comes(self):
        done = subprocess.run([PROGRAMS / "vs_direct", f"--layers={pathlib.Path(__file__).parent.parent / 'small.txt'}",
                               "--turns=stdin"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no turn came", done.stderr)


class Referee(unittest.TestCase):
    def hold(self, *turns, seconds=0):
        return referee.hold_rounds(PROGRAMS / "referee", turns, seconds)

    def test_contenders_of_several_parts(self):
        times, distrust = self.hold(lambda: [[1, 1, 0], [0.5, 2, 7]], lambda: [[3, 1, 0]])
        self.assertEqual([t.seconds for t in times], [1.5, 3])
        self.assertEqual(times[0].parts, [1, 0.5])
        self.assertTrue(all(t.is_confirmed for t in times))
        self.assertEqual(distrust, "")

    def test_one_that_is_never_undisturbed(self):
        times, distrust = self.hold(lambda: [[0, 0, 1]], lambda: [[3, 1, 0]])
        self.assertEqual([(t.seconds, t.is_confirmed) for t in times], [(None, False), (3, True)])
        self.assertIn("interrupted 50%", distrust)

    def test_a_failure_of_a_turn_is_not_swallowed(self):
        def fail():
            raise KeyError("turn")
        with self.assertRaises(KeyError):
            self.hold(fail)

    def test_bad_arguments(self):
        for arguments in ([], ["--contenders=0"], ["--contenders=2", "--second=1"], ["x"]):
            done = subprocess.run([PROGRAMS / "referee", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("usage: referee", done.stderr)


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
