"""winodnn bench: layers, times that can be believed, and refusals. No speed is asserted."""

import json
import os
import unittest
import unittest.mock

from support import ONEDNN, CommandTest, winodnn

from winodnn import bench, layer, onednn_tasks, stopwatch
from winodnn.failure import Failure

AVX2 = ("--isa", "avx2", "--onednn", ONEDNN, "--seconds", "10")
SMALL = (1, 64, 28, 28, 64)


class Bench(CommandTest):
    def records(self, *arguments):
        done = winodnn("bench", *arguments, "--json", *AVX2)
        if '"trusted": false' in done.stdout:
            self.skipTest("the machine is too busy to time anything")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_taken_over(self):
        record, = self.records(*SMALL)
        self.assertEqual(record["problem"], "mb1_ic64oc64_ih28oh28kh3sh1dh0ph1_iw28ow28kw3sw1dw0pw1")
        self.assertRegex(record["implementation"], "^wino:f[0-9]x[0-9]:s16:avx2$")
        self.assertNotIn("wino", record["direct_implementation"])
        self.assertAlmostEqual(record["speedup"], record["ms_direct"] / record["ms_winodnn"])

    def test_declined(self):
        record, = self.records(1, 64, 28, 28, 64, 7, 7, 3)
        self.assertNotIn("ms_winodnn", record)
        self.assertEqual(record["reason"], "the kernel is none of 3x3, 5x5, 1x3, 3x1, 1x5 and 5x1")
        self.assertGreater(record["ms_direct"], 0)

    def test_file_and_text(self):
        file = self.script("# two\nmb1ic64ih28oc64kh3ph1\n\nmb1_g2ic64oc64_ih28oh14kh3sh2dh0ph1_iw28ow14kw3sw2dw0pw1\n", "l.txt")
        done = winodnn("bench", "--layers", file, "--threads", "1", *AVX2)
        self.assertRegex(done.stdout, r"(?m)^layer +direct +winodnn +speedup +GMAC/s +computed by$")
        self.assertRegex(done.stdout, r"(?m)^1x64x28x28 → 64, 3x3 ")
        self.assertRegex(done.stdout, r"(?m)^1x64x28x28 → 64, 3x3, stride 2, 2 groups ")
        self.assertIn("2/2", done.stderr)

    def test_same_bytes_where_nothing_saturates(self):
        done = winodnn("bench", *SMALL, "--json", "--onednn", ONEDNN)
        record, = json.loads(done.stdout)
        if "vnni" not in record.get("implementation", ""):
            self.skipTest("this CPU has no VNNI")
        self.assertEqual(record["differing_bytes"], 0)

    def test_refused(self):
        for arguments, message in (([], "name the sizes"), ([1, 2], "2 sizes"), ([1, 64, 8, 8, 64, "--layers", "x"], "name the sizes"),
                                   (["--layers", "nowhere.txt"], "nowhere.txt: cannot be read"),
                                   ([*SMALL, "--threads", "0"], "at least 1"), ([*SMALL, "--isa", "avx9"], "invalid choice"),
                                   ([*SMALL, "--", "true"], "takes no program"), ([0, 64, 8, 8, 64], "not positive")):
            done = winodnn("bench", *arguments)
            self.assertEqual(done.returncode, 125, done.stdout + done.stderr)
            self.assertIn(message, done.stderr)

    def test_library_that_is_none(self):
        done = winodnn("bench", *SMALL, "--onednn", self.script("text"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed: ", done.stdout)

    def test_winodnn_that_is_off(self):
        # What selects the mode is left out of the environment: it is winodnn that is timed.
        done = winodnn("bench", *SMALL, "--json", *AVX2, env=os.environ | {"WINODNN_MODE": "off"})
        self.assertIn("wino:", json.loads(done.stdout)[0]["implementation"])

    def test_busy_machine(self):
        found = {"winodnn": {"status": "active"}, "implementation": "wino:f4x4:s16:avx2", "trusted": False, "ms_direct": 1.0,
                 "ms_winodnn": 0.5}
        with unittest.mock.patch.object(onednn_tasks, "ask", lambda *_, **__: onednn_tasks.Answer(found, "", [], "")):
            record = bench.time_one(layer.parse("mb1ic64ih8oc64kh3ph1"), ONEDNN, {}, 1)
        self.assertEqual((record["ms_direct"], record["ms_winodnn"]), (None, None))
        self.assertNotIn("speedup", record)
        self.assertIn("not to be trusted", bench.cells(record, 1)[-1])
        self.assertEqual(bench.summary([record]), "")


class Layers(CommandTest):
    def test_benchdnns_and_verbose_outputs(self):
        square = layer.parse("mb1ic64ih56oc64kh3ph1")
        self.assertEqual(square.problem, "mb1_ic64oc64_ih56oh56kh3sh1dh0ph1_iw56ow56kw3sw1dw0pw1")
        self.assertEqual(layer.parse(square.problem), square)
        self.assertEqual(layer.parse('ic16ih8oc16kh3n"named"'), layer.Layer(mb=2, ic=16, ih=8, iw=8, oc=16, ph=0, pw=0))
        self.assertEqual(layer.parse("mb1ic16ih8oc16oh7kh3ph1").padding_behind, (0, 0))
        self.assertEqual(layer.parse("mb1ic64ih56oc64kh3ph1sh2").oh, 28)

    def test_macs(self):
        self.assertEqual(layer.parse("mb2g4ic64ih8oc32kh3ph1").macs, 2 * 64 * 32 // 4 * 8 * 8 * 9)

    def test_bad(self):
        for text in ("", "fast", "mb1ic64", "mb1ic64ih8oc64kh3kq1", "mb1ic64ih8oc64kh3iw8", "mb1ic64ih1oc64kh3", "mb1g3ic64ih8oc64kh3ph1",
                     "mb1ic64id8ih8iw8oc64kd3kh3kw3"):
            with self.assertRaises(Failure, msg=text):
                layer.parse(text)

    def test_bad_files(self):
        with self.assertRaisesRegex(Failure, "bad.txt:3: "):
            layer.read(self.script("# one\nmb1ic64ih56oc64kh3ph1\nfast\n", "bad.txt"))
        with self.assertRaisesRegex(Failure, "has no layers"):
            layer.read(self.script("# none\n", "empty.txt"))
        (self.folder / "binary").write_bytes(b"\xff\xfe")
        with self.assertRaisesRegex(Failure, "cannot be read"):
            layer.read(self.folder / "binary")


class Clock:
    """Time that passes only when a contender executes."""

    def __init__(self):
        self.now, self.switches = 0.0, 0

    def __call__(self):
        return self.now

    def contender(self, times, switching=()):
        """Executions take these times, in seconds, again and again; at some of them the scheduler switches."""
        count = 0

        def execute():
            nonlocal count
            self.now += times[count % len(times)]
            self.switches += count % len(times) in switching
            count += 1
        return execute


class Stopwatch(unittest.TestCase):
    def compare(self, clock, *contenders, seconds=1):
        return stopwatch.compare(contenders, seconds, clock, lambda: clock.switches)

    def test_least(self):
        clock = Clock()
        slow, fast = self.compare(clock, clock.contender([0.004]), clock.contender([0.002, 0.002, 0.01]))
        self.assertAlmostEqual(slow.ms, 4)
        self.assertAlmostEqual(fast.ms, 2)
        self.assertTrue(slow.trusted and fast.trusted)
        self.assertLess(clock.now, 0.2) # no longer than it takes

    def test_disturbed_stretches_do_not_count(self):
        clock = Clock()
        timing, = self.compare(clock, clock.contender([0.001, 0.002, 0.002], switching=[0]))
        self.assertAlmostEqual(timing.ms, 2)

    def test_nothing_but_disturbance(self):
        clock = Clock()
        timing, = self.compare(clock, clock.contender([0.002], switching=[0]))
        self.assertEqual((timing.ms, timing.trusted), (None, False))
        self.assertLess(clock.now, 1.1)

    def test_least_that_was_seen_once(self):
        clock = Clock()
        timing, = self.compare(clock, clock.contender([0.01 + 0.001 * number for number in range(60)]))
        self.assertFalse(timing.trusted)

    def test_short_executions_are_timed_together(self):
        clock = Clock()
        self.assertEqual(stopwatch.stretch_length(clock.contender([0.5, 0.0001]), clock), 20)


if __name__ == "__main__":
    unittest.main()
