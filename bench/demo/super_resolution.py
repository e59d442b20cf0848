"""realesr-animevideov3 as network_runner's descriptions: convolutions, then a shuffle of channels to pixels."""

import dataclasses
import json

import numpy

import quantization

FACTOR = 4
COLOURS = 3
# Each 3x3 convolution lets a pixel see one further.
def reach(convolutions):
    return len(convolutions)


def by_rows(convolutions):
    """The last layer's channels as the runner's shuffle wants them, colours innermost, and in units of a u8."""
    last = convolutions[-1]
    order = numpy.arange(COLOURS * FACTOR * FACTOR).reshape(COLOURS, FACTOR, FACTOR).transpose(1, 2, 0).ravel()
    scaled = dataclasses.replace(last, weights=last.weights[order] * 255, bias=last.bias[order] * 255)
    return [*convolutions[:-1], scaled]


class Description:
    """Collects steps, tensors and parameters."""

    def __init__(self, height, width, between):
        self._size, self._between = (height, width), between
        self._tensors, self._steps, self._parameters, self._count = {}, [], [], 0

    def tensor(self, name, channels, kind, factor=1):
        self._tensors[name] = {"dims": [1, channels, factor * self._size[0], factor * self._size[1]], "type": kind}
        return name

    def offset(self, values):
        self._parameters.append(numpy.asarray(values, numpy.float32).ravel())
        self._count += self._parameters[-1].size
        return self._count - self._parameters[-1].size

    def add(self, **step):
        self._steps.append(step)

    def add_convolution(self, convolution, src, dst, **quantized):
        kernel = list(convolution.weights.shape[2:])
        padding = [size // 2 for size in kernel]
        self.add(op="convolution", name=convolution.name, src=src, dst=dst, kernel=kernel, stride=[1, 1],
                 pad_before=padding, pad_after=padding, weights=self.offset(convolution.weights),
                 bias=self.offset(convolution.bias),
                 slopes=None if convolution.slopes is None else self.offset(convolution.slopes), **quantized)

    def between(self, i, convolution):
        """The tensor behind layer i. Two take turns, so that a large picture needs no more memory than two layers'. The
        last one is f32."""
        channels = convolution.weights.shape[0]
        if convolution.slopes is None:
            return self.tensor("shuffled", channels, "f32")
        return self.tensor("odd" if i % 2 else "even", channels, self._between)

    def write(self, folder):
        """network.json and parameters.f32 in `folder`, which it makes; their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        network, parameters = folder / "network.json", folder / "parameters.f32"
        self.add(op="pixel_shuffle", name="PixelShuffle", src="shuffled", image="image",
                 dst=self.tensor("enlarged", COLOURS, "u8", FACTOR), factor=FACTOR)
        network.write_text(json.dumps({"input": "image", "output": "enlarged", "tensors": self._tensors,
                                       "steps": self._steps}), encoding="utf-8")
        numpy.concatenate(self._parameters).tofile(parameters)
        return network, parameters


def describe_f32(convolutions, height, width):
    described = Description(height, width, "f32")
    described.tensor("image", COLOURS, "u8")
    src = described.tensor("floats", COLOURS, "f32")
    described.add(op="dequantization", name="ToFloats", src="image", dst=src, scale=1 / 255)
    for i, convolution in enumerate(convolutions):
        dst = described.between(i, convolution)
        described.add_convolution(convolution, src, dst)
        src = dst
    return described


def describe_int8(quantized, height, width):
    described = Description(height, width, "s8")
    src = described.tensor("image", COLOURS, "u8")
    for i, q in enumerate(quantized):
        dst = described.between(i, q.convolution)
        described.add_convolution(q.convolution, src, dst, src_scale=q.src_scale, dst_scale=q.dst_scale or 1,
                                  weights_scales=described.offset(q.weights_scales))
        src = dst
    return described


def quantize(convolutions, maxima):
    """`maxima`: by the f32 network's step names, over the calibration pictures."""
    largest = [numpy.asarray(maxima[c.name], numpy.float32) for c in convolutions]
    return quantization.quantize(*quantization.equalize(convolutions, largest), input_scale=1 / 255)
