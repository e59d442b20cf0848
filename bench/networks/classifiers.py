"""VGG-16 and ResNet-50, convolutions and pools, with weights that trained ones could be, for their times alone."""

import dataclasses
import zlib

import numpy

from description import Description

SIDE = 224
LARGEST_U8, LARGEST_S8 = 255, 127


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    src: str  # a step, or image
    channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1
    is_pool: bool = False
    relu: bool = True
    residual: str = ""  # a step whose output is added before the relu, and is not needed afterwards


def vgg16():
    steps, src = [], "image"
    for number, (channels, convolutions) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), 1):
        for i in range(1, convolutions + 1):
            steps.append(Step(f"conv{number}_{i}", src, channels))
            src = steps[-1].name
        steps.append(Step(f"pool{number}", src, channels, 2, 2, 0, is_pool=True))
        src = steps[-1].name
    return steps


def _block(name, src, width, stride, changes_shape):
    yield Step(f"{name}_1x1", src, width, 1, 1, 0)
    yield Step(f"{name}_3x3", f"{name}_1x1", width, 3, stride, 1)
    if changes_shape:
        yield Step(f"{name}_project", src, 4 * width, 1, stride, 0, relu=False)
    yield Step(f"{name}_expand", f"{name}_3x3", 4 * width, 1, 1, 0, residual=f"{name}_project" if changes_shape else src)


def resnet50():
    """v1.5: where a block halves the image, the 3x3 has the stride. Without the last pool and the classifier."""
    steps = [Step("conv1", "image", 64, 7, 2, 3), Step("pool1", "conv1", 64, 3, 2, 1, is_pool=True)]
    for number, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 2):
        for i in range(1, blocks + 1):
            stride = 2 if i == 1 and number > 2 else 1
            steps += _block(f"conv{number}_{i}", steps[-1].name, width, stride, i == 1)
    return steps


def _weights(step, channels):
    """He's initialisation, which keeps the variance through convolutions with relu; the same in every run."""
    random = numpy.random.default_rng(zlib.crc32(step.name.encode()))
    inputs = channels * step.kernel * step.kernel
    weights = random.normal(scale=numpy.sqrt(2 / inputs), size=(step.channels, channels, step.kernel, step.kernel))
    return weights, random.normal(scale=0.1, size=step.channels)


class _Scales:
    """Of activations, by the maxima that the f32 network had."""

    def __init__(self, steps, maxima):
        self._maxima, self._steps = maxima, {step.name: step for step in steps}

    def type_of(self, name):
        if name == "image":
            return "u8"
        step = self._steps[name]
        return self.type_of(step.src) if step.is_pool else "u8" if step.relu else "s8"

    def of(self, name):
        if name == "image":
            return 1 / 255
        step = self._steps[name]
        if step.is_pool:
            return self.of(step.src)
        return max(self._maxima[name]) / (LARGEST_U8 if step.relu else LARGEST_S8)


def describe(steps, maxima=None):
    """In f32, or in int8 if there are the `maxima` of the f32 network. The description, its input and its output."""
    scales = maxima and _Scales(steps, maxima)
    described = Description()
    described.tensor("image", 3, SIDE, SIDE, "u8")
    tensors = {"image": "image"}
    if not scales:
        tensors["image"] = described.tensor("floats", 3, SIDE, SIDE, "f32")
        described.add_reorder("ToFloats", "image", "floats", src_scale=1 / 255)
    for step in steps:
        src = tensors[step.src]
        channels, side = described.size_of(src)[:2]
        out = (side + 2 * step.padding - step.kernel) // step.stride + 1
        # A sum is added to what is there already.
        buffer = tensors[step.residual] if step.residual else None
        tensors[step.name] = described.tensor(step.name, step.channels, out, out,
                                              scales.type_of(step.name) if scales else "f32", buffer)
        if step.is_pool:
            described.add(op="pool", name=step.name, src=src, dst=step.name, kernel=[step.kernel] * 2, stride=[step.stride] * 2,
                          pad_before=[step.padding] * 2, pad_after=[step.padding] * 2)
            continue
        weights, bias = _weights(step, channels)
        added = {"sum_scale": scales.of(step.residual) if scales else 1,
                 "sum_type": described.type_of(buffer)} if step.residual else {}
        if scales:
            weights_scales = numpy.abs(weights).max(axis=(1, 2, 3)) / LARGEST_S8
            weights = numpy.rint(weights / weights_scales.reshape(-1, 1, 1, 1))
            added["quantization"] = (weights_scales, scales.of(step.src), scales.of(step.name))
        described.add_convolution(step.name, src, step.name, weights, bias, stride=step.stride, padding=step.padding,
                                  relu=0.0 if step.relu else None, **added)
    return described, "image", steps[-1].name
