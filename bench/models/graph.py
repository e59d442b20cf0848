"""Convolutional networks that branch: their nodes, quantized, as network_runner's descriptions."""

import dataclasses

import numpy

import quantization
from description import Description


@dataclasses.dataclass
class Node:
    """A convolution and what follows it: an activation, a sum."""
    name: str
    op: str  # convolution or deconvolution
    src: str  # the node before, or image
    weights: numpy.ndarray
    bias: numpy.ndarray
    stride: int
    padding: int
    relu: float | None = None  # the slope of negative values
    swish: bool = False
    skip: str = ""  # a node whose output is cropped and added, last
    corner: int = 0  # of what is left of it
    is_f32: bool = False  # its output, in the quantized network as well: a picture, or the end

    def size_behind(self, size):
        kernel = self.weights.shape[2]
        if self.op == "deconvolution":
            return (size - 1) * self.stride + kernel - 2 * self.padding
        return (size + 2 * self.padding - kernel) // self.stride + 1


def _chains(nodes):
    """Pairs whose channels can be equalized: nothing but the second one has the first one's output, and positive factors
    commute with what is between them."""
    readers = {}
    for node in nodes:
        for name in filter(None, (node.src, node.skip)):
            readers.setdefault(name, []).append(node)
    by_name = {node.name: node for node in nodes}
    return [(by_name[name], found[0]) for name, found in readers.items()
            if len(found) == 1 and name in by_name and found[0].src == name and not by_name[name].skip
            and not by_name[name].swish and not by_name[name].is_f32]


def equalize(nodes, maxima):
    """As quantization.equalize does it; new nodes and their maxima."""
    equalized = {node.name: dataclasses.replace(node) for node in nodes}
    maxima = {name: numpy.asarray(values, numpy.float32) for name, values in maxima.items()}
    for first, second in _chains(nodes):
        pair = [equalized[first.name], equalized[second.name]]
        changed, (maxima[first.name], _) = quantization.equalize(pair, [maxima[first.name], maxima[second.name]])
        equalized |= {node.name: node for node in changed}
    return list(equalized.values()), maxima


@dataclasses.dataclass
class Scales:
    weights: dict  # by node: of each output channel
    tensors: dict  # by node, of pictures as well: the first U-Net's is the second one's source


def quantize(nodes, maxima):
    """Nodes with weights that are whole, and the scales. Those that read pictures have weights of 7 bits."""
    pictures = {"image", *(node.name for node in nodes if node.is_f32)}
    nodes, maxima = equalize(nodes, maxima)
    scales, whole = Scales({}, {"image": 1 / 255}), []
    for node in nodes:
        largest = numpy.abs(node.weights).max(axis=(1, 2, 3))
        scales.weights[node.name] = largest / (quantization.LARGEST_S7 if node.src in pictures else quantization.LARGEST_S8)
        scales.tensors[node.name] = float(maxima[node.name].max()) / quantization.LARGEST_S8
        whole.append(dataclasses.replace(
            node, weights=numpy.rint(node.weights / scales.weights[node.name].reshape(-1, 1, 1, 1))))
    return whole, scales


class GraphDescription(Description):
    """Of nodes, from the u8 tensor `image` on; in f32 if there are no scales."""

    def __init__(self, nodes, channels, height, width, scales=None):
        super().__init__()
        self._scales = scales
        self._tensors_of = {"image": self.tensor("image", channels, height, width, "u8")}
        if not scales:
            self._tensors_of["image"] = self.tensor("floats", channels, height, width, "f32")
            self.add_reorder("ToFloats", "image", "floats", src_scale=1 / 255)
        for node in nodes:
            self._add_node(node)
        self.last = self._tensors_of[nodes[-1].name]

    def _source(self, node):
        """What is f32 is read in 8 bits all the same."""
        src = self._tensors_of[node.src]
        if self._scales and self.type_of(src) == "f32":
            in_bytes = self.tensor(f"{src}_bytes", *self.size_of(src), "s8")
            self.add_reorder(in_bytes, src, in_bytes, dst_scale=self._scales.tensors[node.src])
            return in_bytes
        return src

    def _scale_of(self, name):
        """Of what a tensor of the network holds."""
        is_f32 = self.type_of(self._tensors_of[name]) == "f32"
        return 1 if is_f32 else self._scales.tensors[name]

    def _add_node(self, node):
        src = self._source(node)
        height, width = (node.size_behind(size) for size in self.size_of(src)[1:])
        kind = "f32" if node.is_f32 or not self._scales else "s8"
        dst = self._tensors_of[node.name] = self.tensor(node.name, len(node.bias), height, width, kind)
        more = {}
        if node.skip:
            # In the destination's type: f32 as it is, s8 in the scale that it has.
            scale = self._scale_of(node.skip)
            self.add_reorder(f"{node.name}_skip", self._tensors_of[node.skip], dst, corner=node.corner,
                             src_scale=scale if kind == "f32" else 1)
            more = {"sum_scale": 1 if kind == "f32" else scale, "sum_type": kind, "sum_last": True}
        if self._scales:
            more["quantization"] = (self._scales.weights[node.name], self._scales.tensors[node.src], self._scale_of(node.name))
        self.add_convolution(node.name, src, dst, node.weights, node.bias, op=node.op, stride=node.stride, padding=node.padding,
                             relu=node.relu, swish=node.swish, **more)
