"""Reads ncnn's .param and .bin: the convolutions, their biases and the slopes behind them."""

import dataclasses

import numpy

MAGIC = "7767517"
FP16_WEIGHTS = 0x01306B47


class BadModel(ValueError):
    """Says what is wrong with the files."""


@dataclasses.dataclass
class Layer:
    kind: str
    name: str
    inputs: list
    outputs: list
    options: dict  # of ncnn's numbered parameters


@dataclasses.dataclass
class Convolution:
    name: str
    weights: numpy.ndarray  # oihw, f32
    bias: numpy.ndarray
    slopes: numpy.ndarray | None = None  # of the PReLU that follows


def read_layers(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].strip() != MAGIC:
        raise BadModel(f"{path}: this is not an ncnn model")
    layers = []
    for line in lines[2:]:
        words = line.split()
        if not words:
            continue
        try:
            kind, name, inputs, outputs = words[0], words[1], int(words[2]), int(words[3])
            names = words[4:4 + inputs + outputs]
            options = dict(word.split("=", 1) for word in words[4 + inputs + outputs:])
            layers.append(Layer(kind, name, names[:inputs], names[inputs:], {int(k): v for k, v in options.items()}))
        except (IndexError, ValueError) as error:
            raise BadModel(f"{path}: '{line}' is not a layer") from error
    return layers


class Blobs:
    """The .bin, from its beginning to its end."""

    def __init__(self, path):
        self._path, self._bytes, self._at = path, path.read_bytes(), 0

    def take(self, count, dtype):
        size = count * numpy.dtype(dtype).itemsize
        if self._at + size > len(self._bytes):
            raise BadModel(f"{self._path}: it ends too early")
        values = numpy.frombuffer(self._bytes, dtype, count, self._at).astype(numpy.float32)
        self._at += (size + 3) // 4 * 4
        return values

    def take_weights(self, count):
        tag = int.from_bytes(self._bytes[self._at:self._at + 4], "little")
        if tag not in (0, FP16_WEIGHTS):
            raise BadModel(f"{self._path}: weights with the tag {tag:#x} are not served")
        self._at += 4
        return self.take(count, "<f2" if tag else "<f4")

    def end(self):
        if self._at != len(self._bytes):
            raise BadModel(f"{self._path}: {len(self._bytes) - self._at} bytes are left over")


def read_convolutions(param_path, bin_path):
    """Of a network that is a chain of convolutions, each but the last with a PReLU behind it."""
    blobs, convolutions, channels = Blobs(bin_path), [], 3
    for layer in read_layers(param_path):
        if layer.kind == "Convolution":
            outputs, kernel = int(layer.options[0]), int(layer.options[1])
            weights = blobs.take_weights(int(layer.options[6])).reshape(outputs, channels, kernel, kernel)
            convolutions.append(Convolution(layer.name, weights, blobs.take(outputs, "<f4")))
            channels = outputs
        elif layer.kind == "PReLU":
            convolutions[-1].slopes = blobs.take(int(layer.options[0]), "<f4")
    blobs.end()
    return convolutions
