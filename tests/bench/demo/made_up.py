"""A small network in ncnn's format, with made-up weights, and what a numpy of a few lines computes by it."""

import pathlib
import struct
import sys

import numpy

BENCH = pathlib.Path(__file__).resolve().parents[3] / "bench"
sys.path[:0] = [str(BENCH / folder) for folder in ("demo", "models", "processes", "suite")]

CHANNELS = (3, 32, 32, 48)
FP16_TAG = 0x01306B47


def _unevenness(channels):
    return numpy.where(numpy.arange(channels) % 2, 0.1, 10)


def convolutions(seed=1):
    """Weights, biases and slopes, as the file has them. Activations of one channel are a hundred times the next one's, and
    the next layer makes up for it: without equalization s8 would lose every second channel."""
    random = numpy.random.default_rng(seed)
    found = []
    for inputs, outputs in zip(CHANNELS, CHANNELS[1:]):
        weights = random.normal(size=(outputs, inputs, 3, 3)) / numpy.sqrt(9 * inputs)
        bias = random.normal(size=outputs) / 10
        if inputs != CHANNELS[0]:
            weights /= _unevenness(inputs).reshape(1, -1, 1, 1)
        if outputs != CHANNELS[-1]:
            weights *= _unevenness(outputs).reshape(-1, 1, 1, 1)
            bias *= _unevenness(outputs)
        found.append((weights.astype(numpy.float16), bias.astype(numpy.float32),
                      random.uniform(0.1, 0.3, outputs).astype(numpy.float32)))
    return found


def write(folder, layers):
    lines, content = ["Input image 0 1 data"], b""
    for i, (weights, bias, slopes) in enumerate(layers):
        outputs = len(bias)
        lines.append(f"Convolution Conv_{i} 1 1 in{i} mid{i} 0={outputs} 1=3 4=1 5=1 6={weights.size}")
        content += struct.pack("<I", FP16_TAG) + weights.astype("<f2").tobytes()
        content += bytes(-len(content) % 4) + bias.astype("<f4").tobytes()
        if i + 1 < len(layers):
            lines.append(f"PReLU PRelu_{i} 1 1 mid{i} in{i + 1} 0={outputs}")
            content += slopes.astype("<f4").tobytes()
    (folder / "network.param").write_text(f"7767517\n{len(lines)} {len(lines)}\n" + "\n".join(lines) + "\n")
    (folder / "network.bin").write_bytes(content)


def compute(convolutions_, planes):
    """In f64, c h w: the last convolution's output, and the largest magnitude of each layer's channels."""
    maxima = []
    for c in convolutions_:
        padded = numpy.pad(planes.astype(numpy.float64), ((0, 0), (1, 1), (1, 1)))
        height, width = planes.shape[1:]
        sums = sum(numpy.einsum("chw,oc->ohw", padded[:, y:y + height, x:x + width], c.weights[:, :, y, x].astype(float))
                   for y in range(3) for x in range(3)) + c.bias.reshape(-1, 1, 1)
        planes = sums if c.slopes is None else numpy.where(sums > 0, sums, sums * c.slopes.reshape(-1, 1, 1))
        maxima.append(numpy.abs(planes).max(axis=(1, 2)).astype(numpy.float32))
    return planes, maxima


def picture(height, width, seed=2):
    """Smooth, with some noise."""
    random = numpy.random.default_rng(seed)
    y, x, c = numpy.mgrid[0:height, 0:width, 0:3]
    values = 128 + 80 * numpy.sin(x / 7 + c) * numpy.cos(y / 5 - c) + random.normal(size=(height, width, 3)) * 8
    return values.round().clip(0, 255).astype(numpy.uint8)
