"""Networks like those that people run, with random weights, in int8 by PaddlePaddle's post-training quantization, saved
as models for its inference library. For PaddlePaddle 3. paddle_networks.py NETWORK FOLDER"""

import os
import sys

# The passes that make int8 convolutions of oneDNN's work on programs of the old representation.
os.environ["FLAGS_enable_pir_api"] = "0"

import numpy
import paddle
from paddle import nn
from paddle.static.quantization import PostTrainingQuantization

PICTURES_TO_CALIBRATE = 2


def convolution(ic, oc, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2D(ic, oc, kernel, stride, kernel // 2, bias_attr=False), nn.BatchNorm2D(oc))


def activated(ic, oc, kernel=3, stride=1):
    return nn.Sequential(*convolution(ic, oc, kernel, stride), nn.ReLU())


class Vgg(nn.Layer):
    """These two as in pytorch_networks.py."""

    def __init__(self):
        super().__init__()
        layers, ic = [], 3
        for oc, count in ((64, 2), (128, 2), (256, 3), (512, 2)):
            for _ in range(count):
                layers.append(activated(ic, oc))
                ic = oc
            layers.append(nn.MaxPool2D(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, 10)

    def forward(self, picture):
        return self.classifier(self.features(picture).mean((2, 3)))


class Residual(nn.Layer):
    def __init__(self, ic, oc, stride):
        super().__init__()
        self.first, self.second = activated(ic, oc, 3, stride), convolution(oc, oc)
        self.shortcut = convolution(ic, oc, 1, stride) if stride != 1 or ic != oc else nn.Identity()

    def forward(self, values):
        return nn.functional.relu(self.second(self.first(values)) + self.shortcut(values))


class ResNet18(nn.Layer):
    def __init__(self):
        super().__init__()
        layers, ic = [activated(3, 64, 7, 2), nn.MaxPool2D(3, 2, 1)], 64
        for oc, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            layers += [Residual(ic, oc, stride), Residual(oc, oc, 1)]
            ic = oc
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, 10)

    def forward(self, picture):
        return self.classifier(self.features(picture).mean((2, 3)))


# And the size of their pictures.
NETWORKS = {"VGG-like": (Vgg, 112), "ResNet-18-like": (ResNet18, 224)}


def pictures(name, count, seed):
    size = NETWORKS[name][1]
    return numpy.random.default_rng(seed).uniform(-1, 1, (count, 3, size, size)).astype(numpy.float32)


def int8_model_in(folder):
    return f"{folder}/int8/model"


def save_quantized(name, folder):
    """The same in every process."""
    paddle.seed(1)
    network, size = NETWORKS[name][0](), NETWORKS[name][1]
    network.eval()
    paddle.jit.save(network, f"{folder}/f32/model", input_spec=[paddle.static.InputSpec([None, 3, size, size], "float32", "picture")])
    paddle.enable_static()
    calibration = pictures(name, PICTURES_TO_CALIBRATE, 2)
    quantization = PostTrainingQuantization(
        executor=paddle.static.Executor(paddle.CPUPlace()), model_dir=f"{folder}/f32", model_filename="model.pdmodel",
        params_filename="model.pdiparams", data_loader=lambda: ({"picture": picture[None]} for picture in calibration),
        batch_size=1, batch_nums=len(calibration), algo="abs_max", quantizable_op_type=["conv2d"],
        activation_quantize_type="range_abs_max", weight_quantize_type="channel_wise_abs_max", optimize_model=True)
    quantization.quantize()
    quantization.save_quantized_model(os.path.dirname(int8_model_in(folder)), "model.pdmodel", "model.pdiparams")


if __name__ == "__main__":
    save_quantized(*sys.argv[1:])
