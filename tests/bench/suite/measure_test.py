import json
import pathlib
import unittest
import unittest.mock

import documents

import layers
import numpy
import plan
import problem
import vs_direct
import worker

LAYER_FILES = documents.SUITE.parent / "layers"


class Layers(unittest.TestCase):
    def test_what_is_not_said(self):
        shape = layers.parse('mb2ic16ih28oc32kh3ph1n"square"').shape
        self.assertEqual((shape.iw, shape.kw, shape.pw, shape.oh, shape.ow), (28, 3, 1, 28, 28))
        shape = layers.parse('mb8ic384ih8kh1ph0iw8kw3pw1oc384n"flat"').shape
        self.assertEqual((shape.kh, shape.kw, shape.ph, shape.pw, shape.ow), (1, 3, 0, 1, 8))
        self.assertEqual(layers.parse('mb1ic16ih10oc16oh8kh3n"unpadded"').shape.oh, 8)

    def test_refused(self):
        for line in ("", "mb1ic16ih8oc16kh3", 'mb1ic16ih8oc16kx3n"a"', 'mb1ic16ih8oc16kh3sh2n"a"', 'ic16ih8oc16kh3n"a"',
                     'mb1ic16ih8oc16oh9kh3ph1n"a"', 'mb1ic16ih1oc16kh3n"a"', 'mb1ic16ih8oc16kh3iw8n"a"'):
            with self.assertRaises(layers.BadLayer, msg=line):
                layers.parse(line)

    def test_lines_are_read_as_written(self):
        for shape in (documents.TAKEN, documents.DECLINED):
            self.assertEqual(layers.parse(shape.line("x")), layers.Layer("x", shape))

    def test_the_files_have_each_shape_once(self):
        files = {path.stem: layers.read(path) for path in LAYER_FILES.glob("*.txt")}
        self.assertGreaterEqual(len(files), 8)
        for name, found in files.items():
            self.assertEqual(len({layer.shape for layer in found}), len(found), name)
        self.assertLess(len(layers.unique_shapes(files)), sum(map(len, files.values())))

    def test_file_without_layers(self):
        with self.assertRaisesRegex(layers.BadLayer, "no layers"):
            layers.read(pathlib.Path("/dev/null"))


def layer(**changes):
    shape = {"mb": 1, "ic": 16, "oc": 16, "ih": 8, "iw": 8, "oh": 8, "ow": 8, "kh": 3, "kw": 3}
    return {"name": "0", "shape": shape, "winodnn_ms": 1.5, "direct_ms": 2, "distrust": "", "declined": False,
            "why_declined": "", "mismatches": 0, "direct_mismatches": 3, "snr": 0,
            "implementation": "wino:f4x4:s16:avx2", "direct_implementation": "brgconv:avx2"} | changes


def document(*found, mode="exact"):
    context = {"onednn": "3.2.0", "winodnn": "0.1.0", "isa": "avx2", "mode": mode, "threads": 1}
    return json.dumps({"context": context, "layers": found})


class VsDirect(unittest.TestCase):
    def test_layers(self):
        context, records = vs_direct.read_results(document(layer(), layer(name="1", winodnn_ms=None, distrust="busy")))
        self.assertEqual(context["onednn"], "3.2.0")
        self.assertEqual(list(records), ["0", "1"])
        self.assertEqual(records["0"]["winodnn_ms"], 1.5)
        self.assertIsNone(records["1"]["winodnn_ms"])
        self.assertEqual(records["1"]["distrust"], "busy")
        self.assertEqual(records["0"]["direct_mismatches"], 3)
        self.assertNotIn("snr", records["0"])

    def test_declined_and_calibrated(self):
        declined = layer(declined=True, implementation="declined", why_declined="too small: 7x7")
        _, records = vs_direct.read_results(document(declined, mode="calibrated"))
        self.assertEqual(records["0"]["why_declined"], "too small: 7x7")
        self.assertNotIn("snr", records["0"])
        _, records = vs_direct.read_results(document(layer(snr=25.5), mode="calibrated"))
        self.assertEqual(records["0"]["snr"], 25.5)

    def test_broken(self):
        without = layer()
        del without["winodnn_ms"]
        for text in ("", "{", "[]", "{}", document(), document(without), document("x")):
            with self.assertRaises(vs_direct.BadResults, msg=text):
                vs_direct.read_results(text)
        with self.assertRaisesRegex(vs_direct.BadResults, "0: no memory"):
            vs_direct.read_results(document({"name": "0", "error": "no memory"}))


class Plan(unittest.TestCase):
    def test_thread_counts(self):
        for processors, expected in {1: [1], 2: [1, 2], 3: [1, 2, 3], 6: [1, 2, 3, 4, 6], 32: [1, 2, 3, 4, 8, 16, 32]}.items():
            self.assertEqual(plan.thread_counts(processors), expected)

    def test_runs(self):
        shapes = [documents.TAKEN, documents.DECLINED]
        runs = plan.runs_of(shapes, shapes[:1], ["avx2", "avx512_core"], 2, quick=False)
        self.assertEqual([(run.isa, run.mode, run.threads, len(run.shapes)) for run in runs],
                         [("avx512_core", "exact", 1, 2), ("avx512_core", "calibrated", 1, 2), ("avx2", "exact", 1, 2),
                          ("avx512_core", "exact", 2, 1)])
        quick = plan.runs_of(shapes, shapes, ["avx2", "avx512_core"], 1, quick=True)
        self.assertEqual({run.isa for run in quick}, {"avx512_core"})


class Peer:
    """Computes what it should, plus an error."""
    LARGEST_OUTPUT = 255
    implementation = "numpy"

    def __init__(self, error):
        self._error = error

    def contenders(self, found):
        self._problem = found
        yield self

    def execute(self):
        return 0.01

    def output(self):
        found, s = self._problem, self._problem.shape
        padded = numpy.pad(found.source.astype(int), ((0, 0), (0, 0), (s.ph, s.ph), (s.pw, s.pw)))
        sums = sum(numpy.einsum("nchw,oc->nohw", padded[:, :, h:h + s.oh, w:w + s.ow], found.weights[:, :, h, w].astype(int))
                   for h in range(s.kh) for w in range(s.kw))
        real = (sums + found.bias_s32.reshape(-1, 1, 1)) * found.source_scale * found.weights_scales.reshape(-1, 1, 1)
        return (real / found.output_scale).round().clip(0, 255) + self._error


class Worker(unittest.TestCase):
    def setUp(self):
        self.question = {"layer": documents.DECLINED.line("x")}

    def test_peer_that_computes_is_timed(self):
        for error in (0, 1):
            for switches, counts in ([0, 0], [1, 0]), ([0, 1], [0, 1]):
                timed = worker.Worker(Peer(error))
                self.assertEqual(timed.prepare(self.question)["implementations"], ["numpy"])
                with unittest.mock.patch.object(worker, "involuntary_switches", side_effect=switches):
                    self.assertEqual(timed.turn({"implementation": 0}), {"turn": [[0.01 * counts[0], *counts]]})

    def test_peer_that_computes_something_else_is_not(self):
        with self.assertRaisesRegex(RuntimeError, "wrong by up to 2"):
            worker.Worker(Peer(2)).prepare(self.question)

    def test_outputs_use_their_range(self):
        found = problem.Problem(documents.DECLINED, 255)
        peer = Peer(0)
        next(peer.contenders(found))
        outputs = peer.output()
        self.assertGreater((outputs > 0).mean(), 0.2)
        self.assertLess((outputs == 255).mean(), 0.2)
        self.assertGreater(found.largest_difference(numpy.zeros(outputs.shape)), 50)


if __name__ == "__main__":
    unittest.main()
