"""realesr-animevideov3 as network_runner's descriptions: convolutions, then a shuffle of channels to pixels."""

import dataclasses

import numpy

import fetch
import ncnn_model
import quantization
from description import Description

FACTOR = 4
COLOURS = 3


def reach(convolutions):
    """How many pixels away an output sees: each 3x3 convolution lets it see one further."""
    return len(convolutions)


def by_rows(convolutions):
    """The last layer's channels as the runner's shuffle wants them, colours innermost, and in units of a u8."""
    last = convolutions[-1]
    order = numpy.arange(COLOURS * FACTOR * FACTOR).reshape(COLOURS, FACTOR, FACTOR).transpose(1, 2, 0).ravel()
    scaled = dataclasses.replace(last, weights=last.weights[order] * 255, bias=last.bias[order] * 255)
    return [*convolutions[:-1], scaled]


class SuperResolution(Description):
    """For frames of one size. Two tensors take turns between the layers, so that a large frame needs no more memory than
    two layers' outputs; the last one is f32."""

    def __init__(self, height, width, between):
        super().__init__()
        self._size, self._between = (height, width), between
        self.tensor("image", COLOURS, height, width, "u8")
        self.tensor("enlarged", COLOURS, FACTOR * height, FACTOR * width, "u8")

    def add_layer(self, i, convolution, src, **quantization):
        channels, is_last = convolution.weights.shape[0], convolution.slopes is None
        dst = self.tensor("shuffled" if is_last else "odd" if i % 2 else "even", channels, *self._size,
                          "f32" if is_last else self._between)
        self.add_convolution(convolution.name, src, dst, convolution.weights, convolution.bias, slopes=convolution.slopes,
                             **quantization)
        return dst

    def write_to(self, folder):
        self.add(op="pixel_shuffle", name="PixelShuffle", src="shuffled", image="image", dst="enlarged", factor=FACTOR)
        return self.write(folder, "image", "enlarged")


def describe_f32(convolutions, height, width):
    described = SuperResolution(height, width, "f32")
    src = described.tensor("floats", COLOURS, height, width, "f32")
    described.add_reorder("ToFloats", "image", src, src_scale=1 / 255)
    for i, convolution in enumerate(convolutions):
        src = described.add_layer(i, convolution, src)
    return described


def describe_int8(quantized, height, width):
    described, src = SuperResolution(height, width, "s8"), "image"
    for i, q in enumerate(quantized):
        src = described.add_layer(i, q.convolution, src, quantization=(q.weights_scales, q.src_scale, q.dst_scale or 1))
    return described


class Architecture:
    """For QuantizedNetwork."""

    model, factor, blobs = fetch.REALESR, FACTOR, ("data", "output")

    def __init__(self, folder):
        self._convolutions = by_rows(ncnn_model.read_convolutions(folder / "network.param", folder / "network.bin"))
        self.reach = reach(self._convolutions)

    @staticmethod
    def padded(rgb):
        """The network pads by itself."""
        return rgb

    @staticmethod
    def padded_size(width, height):
        return width, height

    def quantize(self, maxima):
        return quantize(self._convolutions, maxima)

    def write_f32(self, folder, height, width):
        return describe_f32(self._convolutions, height, width).write_to(folder)

    @staticmethod
    def write_int8(folder, height, width, quantized):
        return describe_int8(quantized, height, width).write_to(folder)


def quantize(convolutions, maxima):
    """`maxima`: by the f32 network's step names, over the calibration pictures."""
    largest = [numpy.asarray(maxima[c.name], numpy.float32) for c in convolutions]
    return quantization.quantize(*quantization.equalize(convolutions, largest), input_scale=1 / 255)
