"""winodnn report --run: what is measured, what is said of it, and in which form."""

import array
import html.parser
import json
import os
import pathlib
import signal
import sys
import unittest
import xml.etree.ElementTree

from support import HIDDEN, ONEDNN, PROBE, STATIC, CommandTest, winodnn

from winodnn import run_comparison, run_report, text_table
from winodnn.child import Outcome
from winodnn.observation import Observation
from winodnn.verbose_lines import Decline, Layer

NETWORK = [sys.executable, str(pathlib.Path(__file__).with_name("network_program.py")), ONEDNN]
TAKEN = Layer("mb1_ic64oc64_ih28oh28kh3sh1dh0ph1_iw28ow28kw3sw1dw0pw1", "u8", "u8", ("eltwise_relu",))
STRIDED = Layer("mb1_ic64oc64_ih28oh14kh3sh2dh0ph1_iw28ow14kw3sw2dw0pw1", "u8", "u8", ("eltwise_relu",))


class Run(CommandTest):
    def report(self, *program, options=(), **keywords):
        return winodnn("report", "--run", *options, "--", *program, **keywords)

    def json_of(self, *program, options=(), **keywords):
        done = self.report(*program, options=("--format", "json", *options), **keywords)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_network(self):
        # The cap at which every machine takes the first layer over.
        found = self.json_of(*NETWORK, env=os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2"})
        self.assertEqual((found["status"], found["rounds"], found["program"]), ("active", 1, NETWORK))
        self.assertRegex(found["onednn"], r"^3\.\d+\.\d+")
        self.assertRegex(found["machine"], "^exact,isa:avx2,threads:[0-9]+$")
        rows = {row["problem"]: row for row in found["layers"]}
        self.assertEqual(set(rows), {TAKEN.problem, STRIDED.problem})
        taken, strided = rows[TAKEN.problem], rows[STRIDED.problem]
        self.assertEqual((taken["executions"], taken["taken_over"], taken["reasons"]), (7, True, []))
        self.assertRegex(taken["implementation"], "^wino:f[0-9]x[0-9]:s16:avx2$")
        self.assertNotIn("wino", taken["direct_implementation"])
        self.assertAlmostEqual(taken["speedup"], taken["ms_without"] / taken["ms_with"])
        self.assertEqual((strided["executions"], strided["taken_over"], strided["saved_ms"]), (6, False, 0))
        self.assertEqual(strided["reasons"], ["the stride is not 1"])
        self.assertGreater(strided["ms_without"], 0)
        totals = found["totals"]
        self.assertEqual((totals["executions"], totals["executions_taken_over"]), (13, 7))
        self.assertAlmostEqual(totals["saved_ms"], 7 * (taken["ms_without"] - taken["ms_with"]))
        self.assertGreater(totals["packing_ms"], 0)

    def test_text(self):
        done = self.report(*NETWORK)
        self.assertRegex(done.stdout, r"(?m)^layer +types +post-ops +times +without +with +speedup +computed by$")
        self.assertRegex(done.stdout, r"(?m)^1x64x28x28 → 64, 3x3 +u8 → u8 +eltwise_relu +7 .* wino:f")
        self.assertRegex(done.stdout, r"(?m)^1x64x28x28 → 64, 3x3, stride 2 .* -  oneDNN: the stride is not 1$")
        self.assertIn("Taken over: 7 of 13 executions", done.stdout)
        checksums = [line for line in done.stderr.splitlines() if line.startswith("checksum")]
        self.assertEqual(len(checksums), 2)
        self.assertEqual(len(set(checksums)), 1)
        self.assertNotIn("_verbose", done.stdout + done.stderr)

    def test_rounds_alternate(self):
        done = self.report(PROBE, "direct", options=("--rounds", "2"))
        heads = [line for line in done.stderr.splitlines() if line.startswith("==")]
        self.assertEqual([line.split(",")[0] for line in heads],
                         ["== without winodnn", "== with winodnn", "== with winodnn", "== without winodnn"])

    def test_few_executions_are_doubted(self):
        done = self.report(PROBE, "direct")
        self.assertIn("Not to be trusted: some layers were executed fewer than 4 times", done.stdout)

    def test_switches_of_the_environment_do_not_count(self):
        found = self.json_of(PROBE, "direct", env=os.environ | {"WINODNN_MODE": "off", "WINODNN_TILE": ""})
        self.assertEqual(found["totals"]["executions_taken_over"], 1)

    def test_preloaded_already(self):
        found = json.loads(winodnn("run", "--", sys.executable, "-m", "winodnn", "report", "--run", "--format", "json", "--",
                                   PROBE, "direct").stdout)
        self.assertNotIn("wino", found["layers"][0]["direct_implementation"])

    def test_not_reached(self):
        done = self.report(HIDDEN)
        self.assertEqual(done.returncode, 0)
        self.assertIn("not reached", done.stdout)
        self.assertIn("winodnn doctor", done.stdout)

    def test_no_onednn(self):
        done = self.report("true")
        self.assertEqual(done.returncode, 0)
        self.assertIn("oneDNN executed no convolution", done.stdout)

    def test_static(self):
        done = self.report(STATIC)
        self.assertEqual(done.returncode, 7)
        self.assertIn("linked statically", done.stderr)


class Programs(CommandTest):
    def report(self, *program, **keywords):
        return winodnn("report", "--run", "--", *program, **keywords)

    def test_failing(self):
        done = self.report("sh", "-c", "exit 3")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("without winodnn, the program ended with status 3", done.stderr)

    def test_failing_with_winodnn_alone(self):
        done = self.report("sh", "-c", 'test -z "$LD_PRELOAD"')
        self.assertEqual(done.returncode, 1)
        self.assertIn(": with winodnn, the program ended with status 1", done.stderr)

    def test_killed(self):
        done = self.report("sh", "-c", "kill -KILL $$")
        self.assertEqual(done.returncode, 128 + signal.SIGKILL)

    def test_standard_input_is_the_same_each_time(self):
        text = "".join(f"{number}\n" for number in range(40000))
        file = self.script(text, "input")
        counting = ("sh", "-c", "wc -c")
        for given in ({"input": text}, {"stdin": open(file, encoding="utf-8")}):
            done = self.report(*counting, **given)
            self.assertEqual(done.stderr.split().count(str(len(text))), 2, done.stderr)
            if "stdin" in given:
                given["stdin"].close()

    def test_standard_input_that_does_not_end(self):
        reading_end, writing_end = os.pipe()
        os.write(writing_end, b"line\nmore\n")
        with open(reading_end, "rb") as endless:
            done = self.report("sh", "-c", "read line; echo got $line", stdin=endless)
        os.close(writing_end)
        self.assertEqual(done.stderr.count("got line"), 2)

    def test_refused(self):
        for arguments, message in ((["--run"], "the program is missing"), (["--", "true"], "add --run to run the program after --"),
                                   ([], "nothing to report"), (["--run", "--rounds", "0", "--", "true"], "at least 1"),
                                   (["--run", "-o", "/no/such/file", "--", "true"], "there is no folder"),
                                   (["--run", "--format", "pdf", "--", "true"], "invalid choice")):
            done = winodnn("report", *arguments)
            self.assertEqual(done.returncode, 125, arguments)
            self.assertIn(message, done.stderr)


class Forms(CommandTest):
    def written(self, name, *options):
        path = self.folder / name
        done = winodnn("report", "--run", "-o", path, *options, "--", *NETWORK)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        return path.read_text(encoding="utf-8")

    def test_by_suffix_and_by_option(self):
        self.assertEqual(json.loads(self.written("a.json"))["rounds"], 1)
        self.assertEqual(json.loads(self.written("a.html", "--format", "json"))["rounds"], 1)
        self.assertIn("Taken over: 7 of 13", self.written("a.txt"))

    def test_svg(self):
        root = xml.etree.ElementTree.fromstring(self.written("a.svg"))
        bars = [element for element in root.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(len(bars), 2 + 2 * 2) # of the legend, and of two layers

    def test_html(self):
        text = self.written("a.html")
        self.assertIn("the stride is not 1", text)
        open_tags = []

        class Checking(html.parser.HTMLParser):
            def handle_starttag(self, tag, attrs):
                if tag not in ("meta", "rect", "line"):
                    open_tags.append(tag)

            def handle_endtag(self, tag):
                if tag not in ("meta", "rect", "line"):
                    assert open_tags.pop() == tag, tag

        Checking().feed(text)
        self.assertEqual(open_tags, [])


class Figures(unittest.TestCase):
    """Of runs that are made up."""

    def observation(self, **times_by_name):
        run = Observation()
        run.outcome = Outcome(0)
        run.seconds = 1.0
        layers = {"taken": (TAKEN, "wino:f4x4:s16:avx2"), "direct": (TAKEN, "brgconv"), "strided": (STRIDED, "brgconv")}
        for name, times in times_by_name.items():
            run.times[layers[name]] = array.array("f", times)
        return run

    def test_lower_quartiles_and_savings(self):
        compared = run_comparison.Comparison(["p"], [self.observation(direct=[4, 4, 4, 40], strided=[2] * 4)],
                                             [self.observation(taken=[3, 2, 2, 2], strided=[2] * 4)])
        totals = compared.totals()
        self.assertEqual((totals["taken_over_ms_without"], totals["taken_over_ms_with"], totals["saved_ms"]), (16, 8, 8))
        self.assertEqual((totals["left_ms_without"], totals["left_ms_with"]), (8, 8))
        self.assertEqual(compared.doubts(), [])

    def test_layers_that_both_computed_alike(self):
        compared = run_comparison.Comparison(["p"], [self.observation(direct=[4] * 4, strided=[2] * 4)],
                                             [self.observation(taken=[2] * 4, strided=[3] * 4)])
        self.assertIn("kept the machine busy", compared.doubts()[0])

    def test_times_that_vary(self):
        compared = run_comparison.Comparison(["p"], [self.observation(direct=[4, 4, 9, 9, 9])], [self.observation(taken=[2] * 5)])
        self.assertIn("kept the machine busy", compared.doubts()[0])

    def test_runs_that_differ(self):
        compared = run_comparison.Comparison(["p"], [self.observation(direct=[4] * 5)], [self.observation(taken=[2] * 6)])
        self.assertIn("the runs are not the same", compared.doubts()[0])

    def test_layer_of_one_run_alone(self):
        compared = run_comparison.Comparison(["p"], [self.observation()], [self.observation(taken=[2] * 4)])
        row, = compared.rows()
        self.assertEqual((row.without_ms, row.speedup, row.saved_ms), (None, None, 0))
        self.assertIn(" - ", run_report.as_text(compared))

    def test_reasons_that_are_no_markup(self):
        run = self.observation(strided=[2] * 4)
        run.reasons[STRIDED.problem].add("a < b & <script>")
        compared = run_comparison.Comparison(["p", "<x>"], [self.observation(strided=[2] * 4)], [run])
        self.assertNotIn("<script>", run_report.as_html(compared))

    def test_table_is_aligned(self):
        text = text_table.table(("a", "n"), [("x", "1"), ("longer", "100")], ("n",))
        self.assertEqual(text, "a         n\nx         1\nlonger  100")


if __name__ == "__main__":
    unittest.main()
