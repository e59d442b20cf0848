"""Networks like those that people run, with random weights, in int8 by PyTorch's FX quantization. For PyTorch 2."""

import warnings

import torch
from torch import nn
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

ENGINE = "x86"
PICTURES_TO_CALIBRATE = 2


def convolution(ic, oc, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(ic, oc, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(oc))


def activated(ic, oc, kernel=3, stride=1):
    return nn.Sequential(*convolution(ic, oc, kernel, stride), nn.ReLU())


class Vgg(nn.Module):
    """As VGG-11 with batch normalization, without its large fully connected layers."""

    def __init__(self):
        super().__init__()
        layers, ic = [], 3
        for oc, count in ((64, 2), (128, 2), (256, 3), (512, 2)):
            for _ in range(count):
                layers.append(activated(ic, oc))
                ic = oc
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, 10)

    def forward(self, picture):
        return self.classifier(self.features(picture).mean((2, 3)))


class Residual(nn.Module):
    def __init__(self, ic, oc, stride):
        super().__init__()
        self.first, self.second = activated(ic, oc, 3, stride), convolution(oc, oc)
        self.shortcut = convolution(ic, oc, 1, stride) if stride != 1 or ic != oc else nn.Identity()

    def forward(self, values):
        return torch.relu(self.second(self.first(values)) + self.shortcut(values))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        layers, ic = [activated(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
        for oc, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            layers += [Residual(ic, oc, stride), Residual(oc, oc, 1)]
            ic = oc
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, 10)

    def forward(self, picture):
        return self.classifier(self.features(picture).mean((2, 3)))


class UNet(nn.Module):
    """Down and up three times, with what was there on the way down."""

    def __init__(self):
        super().__init__()
        widths = (32, 64, 128, 256)
        self.down = nn.ModuleList(nn.Sequential(activated(ic, oc), activated(oc, oc))
                                  for ic, oc in zip((3, *widths[:-1]), widths))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(nn.Sequential(activated(narrow + wide, narrow), activated(narrow, narrow))
                                for wide, narrow in zip(widths[:0:-1], widths[-2::-1]))
        self.last = nn.Conv2d(widths[0], 2, 1)

    def forward(self, picture):
        passed = []
        for i, stage in enumerate(self.down):
            picture = stage(picture if i == 0 else self.pool(picture))
            passed.append(picture)
        for i, stage in enumerate(self.up):
            larger = nn.functional.interpolate(picture, scale_factor=2.0, mode="nearest")
            picture = stage(torch.cat((passed[-2 - i], larger), 1))
        return self.last(picture)


# And the size of their pictures.
NETWORKS = {"VGG-like": (Vgg, 112), "ResNet-18-like": (ResNet18, 224), "U-Net-like": (UNet, 112)}


def pictures(name, count, seed):
    size = NETWORKS[name][1]
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def quantized(name):
    """The same in every process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore") # all of this is said to move to torchao
        torch.backends.quantized.engine = ENGINE
        torch.manual_seed(1)
        network = NETWORKS[name][0]().eval()
        observed = prepare_fx(network, get_default_qconfig_mapping(ENGINE), (pictures(name, 1, 0),))
        with torch.inference_mode():
            observed(pictures(name, PICTURES_TO_CALIBRATE, 2))
        return convert_fx(observed)
