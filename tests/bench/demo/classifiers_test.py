"""VGG-16's and ResNet-50's shapes, as described for network_runner, against what their authors publish."""

import collections
import json
import pathlib
import sys
import tempfile
import unittest

import made_up  # noqa: F401: it finds the models' modules
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "bench" / "networks"))

import classifiers  # noqa: E402

# K. Simonyan and A. Zisserman, 2015, configuration D; K. He and others, 2016, with the strides of v1.5. Without classifiers.
NETWORKS = {
    "VGG-16": {"steps": classifiers.vgg16(), "convolutions": 13, "macs": 15_346_630_656, "weights": 14_710_464,
               "output": [512, 7, 7], "halved": 5},
    "ResNet-50": {"steps": classifiers.resnet50(), "convolutions": 53, "macs": 4_087_136_256, "weights": 23_454_912,
                  "output": [2048, 7, 7], "halved": 5}}


class Shapes(unittest.TestCase):
    def described(self, steps, maxima=None):
        """The network as network_runner gets it, and how many parameters come with it."""
        description, source, output = classifiers.describe(steps, maxima)
        with tempfile.TemporaryDirectory() as folder:
            network, parameters = description.write(pathlib.Path(folder), source, output)
            return json.loads(network.read_text()), parameters.stat().st_size // 4

    def networks(self, maxima=False):
        for name, known in NETWORKS.items():
            found = {step.name: numpy.ones(1) for step in known["steps"]} if maxima else None
            yield name, known, *self.described(known["steps"], found)

    @staticmethod
    def convolutions(network):
        return [step for step in network["steps"] if step["op"] == "convolution"]

    def test_multiply_as_often_as_published(self):
        for name, known, network, _ in self.networks():
            macs = weights = 0
            for step in self.convolutions(network):
                ic, oc = (network["tensors"][step[side]]["dims"][1] for side in ("src", "dst"))
                taps = step["kernel"][0] * step["kernel"][1]
                height, width = network["tensors"][step["dst"]]["dims"][2:]
                weights += ic * oc * taps
                macs += ic * oc * taps * height * width
            self.assertEqual((len(self.convolutions(network)), weights, macs),
                             (known["convolutions"], known["weights"], known["macs"]), name)

    def test_end_where_the_classifier_begins(self):
        for name, known, network, _ in self.networks():
            self.assertEqual(network["tensors"]["image"]["dims"], [1, 3, 224, 224], name)
            self.assertEqual(network["tensors"][network["output"]]["dims"], [1, *known["output"]], name)

    def test_outputs_follow_from_inputs(self):
        for name, known, network, _ in self.networks():
            sides = set()
            for step in network["steps"]:
                before, after = (network["tensors"][step[side]]["dims"][2] for side in ("src", "dst"))
                sides.add(after)
                if step["op"] != "reorder":
                    padded = before + step["pad_before"][0] + step["pad_after"][0]
                    self.assertEqual(after, (padded - step["kernel"][0]) // step["stride"][0] + 1, step["name"])
            self.assertEqual(len(sides - {224}), known["halved"], name)

    def test_parameters_are_those_that_the_steps_name(self):
        for name, _, network, count in self.networks():
            needed = 0
            for step in self.convolutions(network):
                ic, oc = (network["tensors"][step[side]]["dims"][1] for side in ("src", "dst"))
                needed += oc * (ic * step["kernel"][0] * step["kernel"][1] + 1)
            self.assertEqual(count, needed, name)

    def test_sums_have_the_shape_of_what_they_add(self):
        for name, known, network, _ in self.networks(maxima=True):
            added = [step for step in self.convolutions(network) if step["sum_scale"] is not None]
            self.assertEqual(len(added), sum(bool(step.residual) for step in known["steps"]), name)
            for step in added:
                dst = network["tensors"][step["dst"]]
                self.assertEqual(dst["dims"], network["tensors"][dst["buffer"]]["dims"], step["name"])
                self.assertEqual(step["sum_type"], network["tensors"][dst["buffer"]]["type"], step["name"])

    def test_int8_has_scales_and_types(self):
        for name, known, network, _ in self.networks(maxima=True):
            types = collections.Counter(tensor["type"] for tensor in network["tensors"].values())
            self.assertEqual(types["f32"], 0, name)
            without_relu = sum(not step.relu and not step.is_pool for step in known["steps"])
            self.assertEqual(types["s8"], without_relu, name)
            for step in self.convolutions(network):
                self.assertTrue({"weights_scales", "src_scale", "dst_scale"} <= step.keys(), step["name"])


if __name__ == "__main__":
    unittest.main()
