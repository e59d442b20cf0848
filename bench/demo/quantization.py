"""From f32 convolutions to s8 ones, after training: a few pictures are all that it takes.

Activations are s8 with one scale a tensor, weights s8 with one an output channel, both by their largest magnitudes.
What makes that good enough is the equalization before it: PReLU commutes with positive factors, so a channel whose
values are small beside its neighbours' can be made larger in one layer and smaller again in the next one's weights.
"""

import dataclasses

import numpy

from ncnn_model import Convolution

# How much of a channel's range the activations' rounding decides, how much the next weights': measured on photographs.
ACTIVATIONS_SHARE, WEIGHTS_SHARE = 0.75, 0.25

LARGEST_S8 = 127
# Two products of u8 and s7 always fit the 16 bits that machines without VNNI add them in.
LARGEST_S7 = 63


@dataclasses.dataclass
class Quantized:
    convolution: Convolution  # its weights are whole numbers
    weights_scales: numpy.ndarray
    src_scale: float
    dst_scale: float | None  # None: f32


def _positive(values):
    """What never occurs needs no scale."""
    return numpy.where(values > 0, values, 1).astype(numpy.float32)


def equalize(convolutions, maxima):
    """The same network, with the channels between its layers at even magnitudes. `maxima` are the largest magnitudes of
    each layer's output channels; returns what they become as well."""
    equalized, new_maxima = [dataclasses.replace(c) for c in convolutions], [m.copy() for m in maxima]
    for this, following, largest in zip(equalized, equalized[1:], new_maxima):
        weights = _positive(numpy.abs(following.weights).max(axis=(0, 2, 3)))
        factors = _positive(largest) ** ACTIVATIONS_SHARE / weights ** WEIGHTS_SHARE
        this.weights = this.weights / factors.reshape(-1, 1, 1, 1)
        this.bias = this.bias / factors
        following.weights = following.weights * factors.reshape(1, -1, 1, 1)
        largest /= factors
    return equalized, new_maxima


def quantize(convolutions, maxima, input_scale):
    """`maxima` as above. The first layer's source is u8, the last one's destination f32."""
    scales = [input_scale] + [float(m.max()) / LARGEST_S8 for m in maxima[:-1]] + [None]
    quantized = []
    for i, convolution in enumerate(convolutions):
        largest = _positive(numpy.abs(convolution.weights).max(axis=(1, 2, 3)))
        weights_scales = largest / (LARGEST_S7 if i == 0 else LARGEST_S8)
        weights = numpy.rint(convolution.weights / weights_scales.reshape(-1, 1, 1, 1))
        quantized.append(Quantized(dataclasses.replace(convolution, weights=weights), weights_scales, scales[i],
                                   scales[i + 1]))
    return quantized
