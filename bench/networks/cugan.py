"""Real-CUGAN's two U-Nets without SE blocks as network_runner's descriptions: convolutions without padding, 2x2 ones that
halve and deconvolutions that double, and sums with what was cropped from before. Enlarges twice."""

import dataclasses

import numpy

import fetch
import quantization
from description import Description
from ncnn_model import BadModel, Blobs, read_layers

COLOURS = 3
BORDER = 18  # that the convolutions take away, in pixels of the source
LEAKY = 2  # ncnn's number of the activation


@dataclasses.dataclass
class Node:
    name: str
    op: str
    src: str  # the node before, or image
    weights: numpy.ndarray
    bias: numpy.ndarray
    stride: int
    padding: int
    relu: float | None
    skip: str = ""  # a node whose output is cropped and added
    corner: int = 0

    @property
    def is_picture(self):
        return len(self.bias) == COLOURS

    def size_behind(self, size):
        kernel = self.weights.shape[2]
        if self.op == "deconvolution":
            return (size - 1) * self.stride + kernel - 2 * self.padding
        return (size + 2 * self.padding - kernel) // self.stride + 1


def read_nodes(param_path, bin_path):
    """In order; a sum belongs to the node before it."""
    blobs, nodes, crops = Blobs(bin_path), [], {}
    source, channels = {"in0": "image"}, {"image": COLOURS}  # of values: the node; of nodes
    for layer in read_layers(param_path):
        if layer.kind in ("Convolution", "Deconvolution"):
            outputs, kernel = int(layer.options[0]), int(layer.options[1])
            src = source[layer.inputs[0]]
            weights = blobs.take_weights(int(layer.options[6])).reshape(outputs, channels[src], kernel, kernel)
            relu = float(layer.options[-23310].split(",")[1]) if int(layer.options.get(9, 0)) == LEAKY else None
            nodes.append(Node(layer.name, layer.kind.lower(), src, weights, blobs.take(outputs, "<f4"),
                              int(layer.options.get(3, 1)), int(layer.options.get(4, 0)), relu))
            source[layer.outputs[0]], channels[layer.name] = layer.name, outputs
        elif layer.kind == "Split":
            source |= {name: source[layer.inputs[0]] for name in layer.outputs}
        elif layer.kind == "Crop":
            crops[layer.outputs[0]] = source[layer.inputs[0]], int(layer.options[-23309].split(",")[1])
        elif layer.kind == "BinaryOp":
            nodes[-1].skip, nodes[-1].corner = crops[layer.inputs[1]]
            source[layer.outputs[0]] = nodes[-1].name
        elif layer.kind != "Input":
            raise BadModel(f"{param_path}: there is no {layer.kind} here")
    blobs.end()
    return nodes


def chains(nodes):
    """Pairs whose channels can be equalized: nothing but the second one has the first one's output."""
    readers = {}
    for node in nodes:
        for name in filter(None, (node.src, node.skip)):
            readers.setdefault(name, []).append(node)
    by_name = {node.name: node for node in nodes}
    return [(by_name[name], found[0]) for name, found in readers.items()
            if len(found) == 1 and name in by_name and found[0].src == name and not by_name[name].skip
            and not by_name[name].is_picture]


def equalize(nodes, maxima):
    """As quantization.equalize does it; new nodes and their maxima."""
    equalized = {node.name: dataclasses.replace(node) for node in nodes}
    maxima = {name: numpy.asarray(values, numpy.float32) for name, values in maxima.items()}
    for first, second in chains(nodes):
        pair = [equalized[first.name], equalized[second.name]]
        changed, (maxima[first.name], _) = quantization.equalize(pair, [maxima[first.name], maxima[second.name]])
        equalized |= {node.name: node for node in changed}
    return list(equalized.values()), maxima


@dataclasses.dataclass
class Scales:
    weights: dict  # by node: of each output channel
    tensors: dict  # by node, of pictures as well: the first U-Net's is the second one's source


def quantize(nodes, maxima):
    """Nodes with weights that are whole, and the scales. What reads a picture reads u8."""
    nodes, maxima = equalize(nodes, maxima)
    scales, whole = Scales({}, {"image": 1 / 255}), []
    for node in nodes:
        reads_picture = node.weights.shape[1] == COLOURS
        largest = numpy.abs(node.weights).max(axis=(1, 2, 3))
        scales.weights[node.name] = largest / (quantization.LARGEST_S7 if reads_picture else quantization.LARGEST_S8)
        scales.tensors[node.name] = 1 / 255 if node.is_picture else float(maxima[node.name].max()) / quantization.LARGEST_S8
        whole.append(dataclasses.replace(
            node, weights=numpy.rint(node.weights / scales.weights[node.name].reshape(-1, 1, 1, 1))))
    return whole, scales


class UNets(Description):
    def __init__(self, nodes, height, width, scales=None):
        super().__init__()
        self._scales = scales
        self._tensors_of = {"image": self.tensor("image", COLOURS, height, width, "u8")}
        if not scales:
            self._tensors_of["image"] = self.tensor("floats", COLOURS, height, width, "f32")
            self.add_reorder("ToFloats", "image", "floats", src_scale=1 / 255)
        for node in nodes:
            self._add(node)
        last = self._tensors_of[nodes[-1].name]
        _, height, width = self.size_of(last)
        self.add_reorder("ToBytes", last, self.tensor("enlarged", COLOURS, height, width, "u8"), dst_scale=1 / 255)

    def _source(self, node):
        """Pictures between the two are f32; the second one's first convolution wants them as the first one's."""
        src = self._tensors_of[node.src]
        if self._scales and node.src != "image" and self.type_of(src) == "f32":
            bytes_ = self.tensor(f"{src}_bytes", *self.size_of(src), "u8")
            self.add_reorder(bytes_, src, bytes_, dst_scale=1 / 255)
            return bytes_
        return src

    def _add(self, node):
        src = self._source(node)
        height, width = (node.size_behind(size) for size in self.size_of(src)[1:])
        kind = "f32" if node.is_picture or not self._scales else "s8"
        dst = self._tensors_of[node.name] = self.tensor(node.name, len(node.bias), height, width, kind)
        more = {}
        if node.skip:
            skip = self._tensors_of[node.skip]
            self.add_reorder(f"{node.name}_crop", skip, dst, corner=node.corner)
            scale = 1 if kind == "f32" else self._scales.tensors[node.skip]
            more = {"sum_scale": scale, "sum_type": self.type_of(dst), "sum_last": True}
        if self._scales:
            dst_scale = 1 if kind == "f32" else self._scales.tensors[node.name]
            more["quantization"] = (self._scales.weights[node.name], self._scales.tensors[node.src], dst_scale)
        self.add_convolution(node.name, src, dst, node.weights, node.bias, op=node.op, stride=node.stride, padding=node.padding,
                             relu=node.relu, **more)


class Architecture:
    """For QuantizedNetwork."""

    model, factor, blobs = fetch.REALCUGAN, 2, ("in0", "out0")
    reach = BORDER

    def __init__(self, folder):
        self._nodes = read_nodes(folder / "network.param", folder / "network.bin")

    @staticmethod
    def padded(rgb):
        return numpy.pad(rgb, ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), "reflect")

    @staticmethod
    def padded_size(width, height):
        return width + 2 * BORDER, height + 2 * BORDER

    def quantize(self, maxima):
        return quantize(self._nodes, {node.name: maxima[node.name] for node in self._nodes})

    def write_f32(self, folder, height, width):
        return self._write(folder, self._nodes, height, width)

    def write_int8(self, folder, height, width, quantized):
        nodes, scales = quantized
        return self._write(folder, nodes, height, width, scales)

    def _write(self, folder, nodes, height, width, scales=None):
        return UNets(nodes, height + 2 * BORDER, width + 2 * BORDER, scales).write(folder, "image", "enlarged")
