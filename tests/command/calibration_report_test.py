"""winodnn report of a calibration file."""

import json
import math
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from support import ONEDNN, PROBE, CommandTest, winodnn

from winodnn import bar_chart, calibration_report, verbose_lines

NETWORK = [sys.executable, str(pathlib.Path(__file__).with_name("network_program.py")), ONEDNN]
# No AMX anywhere: everything that is calibrated is of use.
CAPPED = os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2"}


class Report(CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.kept.cleanup)
        done = winodnn("calibrate", "-o", pathlib.Path(cls.kept.name) / "layers.json", "--", *NETWORK, env=CAPPED)
        assert done.returncode == 0, done.stderr

    def setUp(self):
        super().setUp()
        self.file = self.folder / "layers.json"
        shutil.copy(pathlib.Path(self.kept.name) / "layers.json", self.file)

    def report(self, *options, **keywords):
        return winodnn("report", self.file, "--onednn", ONEDNN, *options, **({"env": CAPPED} | keywords))

    def layers(self, *options):
        done = self.report("--format", "json", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["layers"]

    def altered(self, change):
        document = json.loads(self.file.read_text())
        change(document)
        self.file.write_text(json.dumps(document))

    def test_each_layer(self):
        layer, = self.layers("--target", "20")  # at 35 dB exact sums are as fast below VNNI
        self.assertEqual(layer["problem"], "mb1_ic64oc64_ih28oh28kh3sh1dh0ph1_iw28ow28kw3sw1dw0pw1")
        self.assertEqual((layer["shape"], layer["source"]), ("1x64x28x28 → 64, 3x3", "u8"))
        self.assertRegex(layer["computed_as"], "^(f|sfc)[0-9]x[0-9] s8$")
        self.assertGreaterEqual(layer["snr_db"], 20)
        self.assertGreater(layer["predicted_speedup"], 1)
        self.assertEqual(layer["weights"], json.loads(self.file.read_text())["layers"][0]["weights"])

    def test_dB_are_those_of_the_file(self):
        layer, = self.layers("--target", "5")
        self.assertEqual(layer["wide_components"], 0)
        tile = layer["computed_as"].split()[0]
        # Below VNNI components have 7 bits.
        noise = next(sum(each["noise7"] for each in of_tile["components"])
                     for of_tile in json.loads(self.file.read_text())["layers"][0]["tiles"] if of_tile["tile"] == tile)
        self.assertAlmostEqual(layer["snr_db"], -10 * math.log10(noise), delta=0.06)
        self.assertAlmostEqual(layer["snr_db_in_8_bits"][tile], layer["snr_db"], delta=0.11)

    def test_more_dB_take_more_components(self):
        low, = self.layers("--target", "10")
        high, = self.layers("--target", "22")
        self.assertGreater(high["snr_db"], low["snr_db"])
        self.assertLessEqual(high["predicted_speedup"], low["predicted_speedup"])

    def test_target_that_cannot_be_kept(self):
        layer, = self.layers("--target", "119")
        self.assertRegex(layer["computed_as"], "^f[0-9]x[0-9]h? s16$")
        self.assertIsNone(layer["snr_db"])
        self.assertRegex(self.report("--target", "119").stdout, r"s16 +exact +- ")

    def test_sizes_that_the_file_does_not_say(self):
        self.altered(lambda document: document["layers"][0].pop("sizes"))
        layer, = self.layers()
        self.assertEqual((layer["shape"], layer["problem"]), ("64 → 64, 3x3", None))
        self.assertIn("calibrate again", layer["reason"])

    def test_several_sizes(self):
        self.altered(lambda document: document["layers"][0]["sizes"].append({"mb": 2, "ih": 9, "iw": 14, "oh": 7, "ow": 14}))
        self.assertEqual([layer["problem"] for layer in self.layers()][1],
                         "mb2_ic64oc64_ih9oh7kh3sh1dh0ph0_iw14ow14kw3sw1dw0pw1")

    def test_forms(self):
        self.assertRegex(self.report().stdout, r"(?m)^weights +layer +source +computed as +dB kept +in 16 bits +speedup")
        root = xml.etree.ElementTree.fromstring(self.report("--format", "svg").stdout)
        self.assertEqual(sum(1 for _ in root.iter("{http://www.w3.org/2000/svg}rect")), 2)
        page = self.report("--target", "20", "--format", "html").stdout
        self.assertIn("Noise of components in 8 bits", page)
        self.assertEqual(page.count("<svg"), 2)

    def test_used_by_a_run(self):
        done = winodnn("report", self.file, "--target", "5", "--run", "--format", "json", "--", *NETWORK, env=CAPPED)
        by_shape = {layer["shape"]: layer for layer in json.loads(done.stdout)["layers"]}
        self.assertRegex(by_shape["1x64x28x28 → 64, 3x3"]["implementation"], "^wino:(f[0-9]x[0-9]h?|sfc6x6):s8:avx2")

    def test_files_that_are_none(self):
        for content in ("", "[]", "{}", '{"layers":[]}', '{"winodnn_calibration":1,"layers":[{"sizes":3}]}',
                        '{"winodnn_calibration":1,"layers":[{"sizes":[{"mb":1}]}]}'):
            self.file.write_text(content)
            done = self.report()
            self.assertEqual(done.returncode, 125, content)
            self.assertIn("is not a calibration", done.stderr)
        self.assertEqual(winodnn("report", "nowhere.json").returncode, 125)
        self.assertIn("needs a calibration file", winodnn("report", "--run", "--target", "3", "--", "true").stderr)

    def test_file_that_winodnn_does_not_read(self):
        self.altered(lambda document: document["layers"][0].update(samples=-1))
        done = self.report()
        self.assertEqual(done.returncode, 125)
        self.assertNotIn("Traceback", done.stderr)

    def test_switched_off(self):
        done = self.report(env=CAPPED | {"ONEDNN_MAX_CPU_ISA": "SSE41"})
        self.assertEqual(done.returncode, 125)
        self.assertIn("winodnn is not active here", done.stderr)


class Choices(CommandTest):
    def test_of_exact_layers(self):
        done = winodnn("run", "-vv", "--", PROBE, "direct", env=CAPPED)
        said = [verbose_lines.parse(line) for line in done.stdout.splitlines() if "create:choice" in line]
        choice, = said
        self.assertEqual((choice.weights, choice.numbers, choice.wide), ("any", "s16", 0))
        self.assertGreater(choice.speedup, 1)

    def test_maps(self):
        root = xml.etree.ElementTree.fromstring(bar_chart.squares([1e-3, 1e-3, 0, 1], 2))
        self.assertEqual(sum(1 for _ in root), 4)
        self.assertIn("hsl", bar_chart.squares([0, 0], 2))

    def test_columns(self):
        choice = verbose_lines.Choice("p", "w", "f2x4", "s8", 24, 0, 1.0, 1.0)
        row = calibration_report.Row({"kw": 3}, None, choice, "", {})
        self.assertEqual(calibration_report.columns_of(row, 24), 6)


if __name__ == "__main__":
    unittest.main()
