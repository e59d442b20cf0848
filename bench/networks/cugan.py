"""Real-CUGAN's two U-Nets without SE blocks as network_runner's descriptions: convolutions without padding, 2x2 ones that
halve and deconvolutions that double, and sums with what was cropped from before. Enlarges twice."""

import numpy

import fetch
import graph
from ncnn_model import BadModel, Blobs, read_layers

COLOURS = 3
BORDER = 18  # that the convolutions take away, in pixels of the source
LEAKY = 2  # ncnn's number of the activation


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
            nodes.append(graph.Node(layer.name, layer.kind.lower(), src, weights, blobs.take(outputs, "<f4"),
                                    int(layer.options.get(3, 1)), int(layer.options.get(4, 0)), relu,
                                    is_f32=outputs == COLOURS))
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
        return graph.quantize(self._nodes, {node.name: maxima[node.name] for node in self._nodes})

    def write_f32(self, folder, height, width):
        return self._write(folder, self._nodes, height, width)

    def write_int8(self, folder, height, width, quantized):
        nodes, scales = quantized
        return self._write(folder, nodes, height, width, scales)

    def _write(self, folder, nodes, height, width, scales=None):
        described = graph.GraphDescription(nodes, COLOURS, height + 2 * BORDER, width + 2 * BORDER, scales)
        described.tensor("enlarged", COLOURS, self.factor * height, self.factor * width, "u8")
        described.add_reorder("ToBytes", described.last, "enlarged", dst_scale=1 / 255)
        return described.write(folder, "image", "enlarged")
