"""The small network by network_runner, with winodnn and without, whole and in tiles: network_test.py PROGRAMS PRELOAD."""

import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

import made_up
import numpy

try:
    import PIL  # noqa: F401
except ImportError:
    print("Pillow is not installed")
    sys.exit(77)

import contenders
import figures
import ncnn_model
import super_resolution
import whole_picture

# The address sanitizer's library wants to be the first one.
FIRST, _, LIBRARY = sys.argv.pop().rpartition(":")
PROGRAMS = pathlib.Path(sys.argv.pop())
if FIRST:
    os.environ["LD_PRELOAD"] = FIRST
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2"}


class Networks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        made_up.write(self.folder, made_up.convolutions())
        self.convolutions = super_resolution.by_rows(
            ncnn_model.read_convolutions(self.folder / "network.param", self.folder / "network.bin"))
        self.reach = super_resolution.reach(self.convolutions)
        self.networks = contenders.Networks(PROGRAMS, LIBRARY, self.folder)

    def start(self, described, name, environment=AVX2, is_winodnn=False):
        process = self.networks.start_runner(described.write_to(self.folder / name), environment, is_winodnn)
        self.addCleanup(process.__exit__)
        return process

    def enlarge(self, process, rgb):
        source, target = self.folder / "source", self.folder / "target"
        rgb.tofile(source)
        process.ask("run", str(source), str(target))
        return numpy.fromfile(target, numpy.uint8).reshape(4 * rgb.shape[0], 4 * rgb.shape[1], 3)

    def quantized(self, rgb):
        f32 = self.start(super_resolution.describe_f32(self.convolutions, *rgb.shape[:2]), "f32")
        self.f32 = self.enlarge(f32, rgb)
        (self.folder / "sample").write_bytes(rgb.tobytes())
        return super_resolution.quantize(self.convolutions, f32.ask("maxima", str(self.folder / "sample")))

    def test_f32_is_what_numpy_computes(self):
        rgb = made_up.picture(9, 13)
        f32 = self.start(super_resolution.describe_f32(self.convolutions, 9, 13), "f32")
        output, maxima = made_up.compute(self.convolutions, rgb.transpose(2, 0, 1) / 255)
        shuffled = output.reshape(4, 4, 3, 9, 13).transpose(3, 0, 4, 1, 2).reshape(36, 52, 3)
        expected = (rgb.repeat(4, axis=0).repeat(4, axis=1) + shuffled).round().clip(0, 255)
        self.assertLessEqual(numpy.abs(self.enlarge(f32, rgb) - expected).max(), 1)
        found = f32.ask("maxima", str(self.folder / "source"))
        for convolution, expected in zip(self.convolutions, maxima):
            numpy.testing.assert_allclose(found[convolution.name], expected, rtol=1e-4)

    def test_winodnn_has_the_same_bytes(self):
        rgb = made_up.picture(40, 48)
        described = super_resolution.describe_int8(self.quantized(rgb), 40, 48)
        plain = self.start(described, "int8", {})
        ours = self.start(described, "int8", {}, is_winodnn=True)
        narrow = self.start(described, "int8", AVX2, is_winodnn=True)
        taken = [step["implementation"] for step in narrow.introduction["steps"] if step["implementation"].startswith("wino:")]
        self.assertEqual(len(taken), 2)
        self.assertTrue(all("avx2" in name for name in taken))
        enlarged = self.enlarge(narrow, rgb)
        self.assertGreater(figures.decibels(enlarged, self.f32), 35)
        numpy.testing.assert_array_equal(self.enlarge(ours, rgb), enlarged)
        # Without VNNI oneDNN's own sums saturate.
        if "vnni" in plain.introduction["isa"] or plain.introduction["isa"].startswith("avx512_core_"):
            numpy.testing.assert_array_equal(self.enlarge(plain, rgb), enlarged)

    def test_tiles_have_the_bytes_of_the_whole(self):
        rgb = made_up.picture(50, 61)
        quantized = self.quantized(rgb)
        whole = self.enlarge(self.start(super_resolution.describe_int8(quantized, 50, 61), "whole", is_winodnn=True), rgb)
        process = self.start(super_resolution.describe_int8(quantized, 20, 24), "tile", is_winodnn=True)
        picture = types.SimpleNamespace(rgb=rgb, size=(61, 50), alpha=None, is_grey=False)
        shares = []
        strips = [strip for strip, _ in whole_picture.strips(self, process, picture, (24, 20), shares.append)]
        numpy.testing.assert_array_equal(numpy.concatenate(strips), whole)
        self.assertEqual(len(shares), len(strips) * 4)

    def test_turns_have_a_part_for_each_step(self):
        rgb = made_up.picture(8, 8)
        process = self.start(super_resolution.describe_int8(self.quantized(rgb), 8, 8), "int8")
        self.enlarge(process, rgb)
        turns = process.ask("turn")
        self.assertEqual(len(turns), len(process.introduction["steps"]))
        for least, undisturbed, disturbed in turns:
            self.assertGreater(undisturbed + disturbed, 0)
            self.assertEqual(least > 0, undisturbed > 0)

    def test_refusals(self):
        described = super_resolution.describe_f32(self.convolutions, 8, 8)
        network, parameters = described.write_to(self.folder / "f32")
        text = network.read_text()
        whole = parameters.read_bytes()
        for broken, content, message in ((text, whole[:-4], "not so many parameters"),
                                         (text.replace('"u8"', '"u9"'), whole, "no data type 'u9'"),
                                         (text.replace('"pixel_shuffle"', '"shuffle"'), whole, "no step 'shuffle'"),
                                         ("{", whole, "parse error")):
            network.write_text(broken)
            parameters.write_bytes(content)
            done = subprocess.run([PROGRAMS / "network_runner", network, parameters], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
