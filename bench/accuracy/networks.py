"""The two networks of the accuracy lab, as lists of operations that PyTorch trains and the runner executes.

An operation is a dict: op "conv" (3x3, stride 1, padding 1, then batch normalization while training, optionally a
residual, then a ReLU) or "pool" (2x2, the maximum), its input and output tensors by name, and for conv the channels.
The last tensor is averaged over its pixels, and goes through one fully connected layer.
"""

import torch
from torch import nn


def conv(source, target, ic, oc, residual=None):
    return {"op": "conv", "in": source, "out": target, "ic": ic, "oc": oc, "residual": residual}


def pool(source, target):
    return {"op": "pool", "in": source, "out": target}


def vgg():
    """Pairs of convolutions of 32, 64, 128 and 256 channels at 32, 16, 8 and 4 pixels."""
    layers, last, channels = [], "image", 1
    for stage, width in enumerate((32, 64, 128, 256)):
        if stage:
            layers.append(pool(last, f"p{stage}"))
            last = f"p{stage}"
        for n in range(2):
            layers.append(conv(last, f"c{stage}{n}", channels, width))
            last, channels = f"c{stage}{n}", width
    return layers


def resnet():
    """A convolution to 32, 64, 128 and 256 channels, and a residual block of two behind each."""
    layers, last, channels = [], "image", 1
    for stage, width in enumerate((32, 64, 128, 256)):
        if stage:
            layers.append(pool(last, f"p{stage}"))
            last = f"p{stage}"
        layers.append(conv(last, f"s{stage}", channels, width))
        layers.append(conv(f"s{stage}", f"a{stage}", width, width))
        layers.append(conv(f"a{stage}", f"r{stage}", width, width, residual=f"s{stage}"))
        last, channels = f"r{stage}", width
    return layers


NETWORKS = {"vgg": vgg, "resnet": resnet}


class Network(nn.Module):
    def __init__(self, layers, classes=10):
        super().__init__()
        self.layers = layers
        self.convs = nn.ModuleDict()
        self.norms = nn.ModuleDict()
        for layer in layers:
            if layer["op"] == "conv":
                self.convs[layer["out"]] = nn.Conv2d(layer["ic"], layer["oc"], 3, padding=1, bias=False)
                self.norms[layer["out"]] = nn.BatchNorm2d(layer["oc"])
        self.classifier = nn.Linear(256, classes)

    def tensors(self, image):
        """All tensors by name: the input, and the outputs of all operations."""
        values = {"image": image}
        for layer in self.layers:
            x = values[layer["in"]]
            if layer["op"] == "pool":
                values[layer["out"]] = nn.functional.max_pool2d(x, 2)
                continue
            y = self.norms[layer["out"]](self.convs[layer["out"]](x))
            if layer["residual"]:
                y = y + values[layer["residual"]]
            values[layer["out"]] = torch.relu(y)
        return values

    def forward(self, image):
        last = self.tensors(image)[self.layers[-1]["out"]]
        return self.classifier(last.mean(dim=(2, 3)))

    def folded(self, name):
        """Weights and bias of a convolution with its normalization folded in."""
        conv_, norm = self.convs[name], self.norms[name]
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weights = conv_.weight * factor[:, None, None, None]
        return weights.detach().numpy(), (norm.bias - norm.running_mean * factor).detach().numpy()
