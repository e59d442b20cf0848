"""A small network that branches, by network_runner and by a numpy of a few lines: graph_test.py PROGRAMS PRELOAD."""

import os
import pathlib
import sys
import tempfile
import unittest

import made_up
import numpy

import contenders
import graph

# The address sanitizer's library wants to be the first one.
FIRST, _, LIBRARY = sys.argv.pop().rpartition(":")
PROGRAMS = pathlib.Path(sys.argv.pop())
if FIRST:
    os.environ["LD_PRELOAD"] = FIRST
HEIGHT, WIDTH = 26, 30


def nodes():
    """Down by a convolution of 2x2, up by a deconvolution, a sum with what was cropped; two f32 tensors."""
    random = numpy.random.default_rng(4)

    def node(name, src, inputs, outputs, kernel, op="convolution", stride=1, padding=0, **more):
        # One channel is a hundred times the next one.
        weights = random.normal(size=(outputs, inputs, kernel, kernel)) / (kernel * numpy.sqrt(inputs))
        if outputs > 3:
            weights *= numpy.where(numpy.arange(outputs) % 2, 0.1, 1).reshape(-1, 1, 1, 1)
        return graph.Node(name, op, src, weights.astype(numpy.float32), (random.normal(size=outputs) / 10).astype(numpy.float32),
                          stride, padding, **more)
    return [node("first", "image", 3, 32, 3, relu=0.1), node("second", "first", 32, 32, 3, padding=1, relu=0.1),
            node("down", "second", 32, 32, 2, stride=2, relu=0.0), node("inner", "down", 32, 32, 3, swish=True),
            node("up", "inner", 32, 32, 2, "deconvolution", stride=2, relu=0.1, skip="second", corner=2),
            node("picture", "up", 32, 3, 4, "deconvolution", stride=2, padding=3, is_f32=True),
            node("again", "picture", 3, 32, 3, relu=0.1), node("last", "again", 32, 3, 3, is_f32=True, skip="picture", corner=2)]


def convolve(planes, node):
    kernel, stride = node.weights.shape[2], node.stride
    if node.op == "deconvolution":
        spread = numpy.zeros((len(node.bias), *((size - 1) * stride + kernel for size in planes.shape[1:])))
        for y in range(kernel):
            for x in range(kernel):
                spread[:, y:y + planes.shape[1] * stride:stride, x:x + planes.shape[2] * stride:stride] += numpy.einsum(
                    "chw,oc->ohw", planes, node.weights[:, :, y, x].astype(float))
        cut = slice(node.padding, -node.padding or None)
        return spread[:, cut, cut]
    padded = numpy.pad(planes, ((0, 0), (node.padding,) * 2, (node.padding,) * 2))
    height, width = (node.size_behind(size) for size in planes.shape[1:])
    return sum(numpy.einsum("chw,oc->ohw", padded[:, y:y + stride * height:stride, x:x + stride * width:stride],
                            node.weights[:, :, y, x].astype(float)) for y in range(kernel) for x in range(kernel))


def compute(those, planes):
    values = {"image": planes}
    for node in those:
        value = convolve(values[node.src], node) + node.bias.reshape(-1, 1, 1)
        if node.relu is not None:
            value = numpy.where(value > 0, value, value * node.relu)
        if node.swish:
            value = value / (1 + numpy.exp(-value))
        if node.skip:
            corner = slice(node.corner, -node.corner)
            value = value + values[node.skip][:, corner, corner]
        values[node.name] = value
    return values


def decibels(actual, expected):
    return 10 * numpy.log10(numpy.square(expected).mean() / numpy.square(actual - expected).mean())


class Graph(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.nodes = pathlib.Path(folder.name), nodes()
        self.networks = contenders.Networks(PROGRAMS, LIBRARY)
        picture = made_up.picture(HEIGHT, WIDTH)
        picture.tofile(self.folder / "image")
        self.values = compute(self.nodes, picture.transpose(2, 0, 1) / 255)
        self.maxima = {name: numpy.abs(value).max(axis=(1, 2)) for name, value in self.values.items()}

    def run_network(self, those, scales=None, environment=None, is_winodnn=False):
        described = graph.GraphDescription(those, 3, HEIGHT, WIDTH, scales)
        channels, height, width = described.size_of(described.last)
        files = described.write(self.folder / "network", "image", described.last)
        with self.networks.start_runner(files, environment or {}, is_winodnn) as process:
            process.ask("run", str(self.folder / "image"), str(self.folder / "output"))
            self.isa = process.introduction["isa"]
            taken = [s["name"] for s in process.introduction["steps"] if s["implementation"].startswith("wino:")]
        output = numpy.fromfile(self.folder / "output", numpy.float32).reshape(height, width, channels)
        return output.transpose(2, 0, 1), taken

    def test_f32_is_what_numpy_computes(self):
        output, _ = self.run_network(self.nodes)
        numpy.testing.assert_allclose(output, self.values["last"], rtol=0, atol=1e-4)

    def test_equalization_changes_nothing_but_the_channels_between(self):
        equalized, maxima = graph.equalize(self.nodes, self.maxima)
        changed = {a.name for a, b in zip(self.nodes, equalized) if not numpy.array_equal(a.weights, b.weights)}
        # The second one's output goes two ways, the inner one has a swish, up has a sum, the picture is a picture.
        self.assertEqual(changed, {"first", "second", "down", "inner", "again", "last"})
        values = compute(equalized, self.values["image"])
        numpy.testing.assert_allclose(values["last"], self.values["last"], rtol=0, atol=1e-4)
        for name in ("second", "inner", "up", "picture"):
            numpy.testing.assert_allclose(values[name], self.values[name], rtol=0, atol=1e-4)
        for name, expected in maxima.items():
            numpy.testing.assert_allclose(numpy.abs(values[name]).max(axis=(1, 2)), expected, rtol=1e-3, err_msg=name)

    def test_int8_is_near_and_winodnn_has_its_bytes(self):
        quantized = graph.quantize(self.nodes, self.maxima)
        plain, _ = self.run_network(*quantized)
        ours, taken = self.run_network(*quantized, environment={"ONEDNN_MAX_CPU_ISA": "AVX2"}, is_winodnn=True)
        self.assertIn("second", taken)
        for output in (plain, ours):
            self.assertGreater(decibels(output, self.values["last"]), 30)
        best, _ = self.run_network(*quantized, is_winodnn=True)
        # Without VNNI oneDNN's own sums saturate.
        if "vnni" in self.isa or self.isa.startswith("avx512_core_"):
            numpy.testing.assert_array_equal(best, plain)


if __name__ == "__main__":
    unittest.main()
