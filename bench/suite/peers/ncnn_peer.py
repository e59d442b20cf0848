"""ncnn: one int8 convolution with relu that requantizes to s8, with its Winograd and without. It has no batch: images come
one after the other. Sources and outputs stay in its packed layout, as between the layers of a network; both are signed,
so the outputs have seven bits."""

import importlib.metadata
import os
import struct
import tempfile
import time

import ncnn
import numpy

LARGEST_OUTPUT = 127
INT8_WEIGHTS = 0x000D4B38 # ModelBin's tag
REQUANTIZE = 101


def version():
    return importlib.metadata.version("ncnn")


def _param(s):
    return ("7767517\n2 2\nInput input 0 1 source\nConvolution layer 1 1 source output "
            f"0={s.oc} 1={s.kw} 11={s.kh} 2={s.dw + 1} 12={s.dh + 1} 4={s.pw} 14={s.ph} 5=1 6={s.oc * s.ic * s.kh * s.kw} 8={REQUANTIZE} 9=1\n")


def _weights(problem):
    weights = problem.weights.tobytes()
    scales = [1 / problem.weights_scales, 1 / problem.source_scale, 1 / problem.output_scale]
    return b"".join([struct.pack("<I", INT8_WEIGHTS), weights, bytes(-len(weights) % 4),
                     problem.bias_f32.astype("<f4").tobytes()]
                    + [numpy.asarray(scale, "<f4").tobytes() for scale in scales])


class Contender:
    def __init__(self, problem, winograd):
        self.implementation = "winograd" if winograd else "direct"
        self._net = ncnn.Net()
        options = self._net.opt
        options.num_threads = 1
        options.use_winograd_convolution = winograd
        with tempfile.TemporaryDirectory() as folder:
            param, weights = os.path.join(folder, "param"), os.path.join(folder, "bin")
            with open(param, "w", encoding="ascii") as file:
                file.write(_param(problem.shape))
            with open(weights, "wb") as file:
                file.write(_weights(problem))
            if self._net.load_param(param) or self._net.load_model(weights):
                raise RuntimeError("ncnn could not load the layer")
        self._plain = problem.source.astype(numpy.int8) # the views below are of these
        self._sources = [_repacked(ncnn.Mat(image), 8 if image.shape[0] % 8 == 0 else 1) for image in self._plain]
        self._outputs = []

    def execute(self):
        """Seconds."""
        self._outputs = []
        start = time.perf_counter()
        for source in self._sources:
            extractor = self._net.create_extractor()
            extractor.input("source", source)
            status, output = extractor.extract("output", 1) # 1: as it is, without conversions
            if status:
                raise RuntimeError("ncnn could not compute the layer")
            self._outputs.append(output)
        return time.perf_counter() - start

    def output(self):
        return numpy.stack([numpy.array(_repacked(o, 1).numpy("b")) for o in self._outputs])


def _repacked(mat, elements):
    result = ncnn.Mat()
    ncnn.convert_packing(mat, result, elements, ncnn.Option())
    return result


def contenders(problem):
    yield Contender(problem, winograd=False)
    if (problem.shape.kh, problem.shape.kw) == (3, 3):
        yield Contender(problem, winograd=True)
