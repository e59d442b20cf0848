"""A network in the JSON that network_runner reads: bench/network_runner/step.hpp says what its steps are."""

import json

import numpy


class Description:
    """Collects tensors, steps and their parameters."""

    def __init__(self):
        self._tensors, self._steps, self._parameters, self._count = {}, [], [], 0

    def tensor(self, name, channels, height, width, kind, buffer=None):
        """Of one image. In the memory of another one, if there is a `buffer`."""
        self._tensors[name] = {"dims": [1, channels, height, width], "type": kind, "buffer": buffer}
        return name

    def size_of(self, name):
        return self._tensors[name]["dims"][1:]

    def type_of(self, name):
        return self._tensors[name]["type"]

    def offset(self, values):
        self._parameters.append(numpy.asarray(values, numpy.float32).ravel())
        self._count += self._parameters[-1].size
        return self._count - self._parameters[-1].size

    def add(self, **step):
        self._steps.append(step)

    def add_convolution(self, name, src, dst, weights, bias, *, stride=1, padding=1, slopes=None, relu=None, swish=False,
                        sum_scale=None, sum_type=None, sum_last=False, quantization=None, op="convolution"):
        """`op` can be deconvolution as well. `relu` is the slope of negative values, `slopes` are prelu's, `swish` is x * sigmoid(x); a sum adds what the destination has before, read as
        `sum_type`, before the relu or behind it. `quantization`: scales of the weights' output channels, of the source, of the destination."""
        scales = {}
        if quantization:
            weights_scales, src_scale, dst_scale = quantization
            scales = {"weights_scales": self.offset(weights_scales), "src_scale": src_scale, "dst_scale": dst_scale}
        self.add(op=op, name=name, src=src, dst=dst, kernel=list(weights.shape[2:]), stride=[stride, stride],
                 pad_before=[padding, padding], pad_after=[padding, padding], weights=self.offset(weights),
                 bias=self.offset(bias), slopes=None if slopes is None else self.offset(slopes), eltwise=["swish", 1.0] if swish else None if relu is None else ["relu", relu],
                 sum_scale=sum_scale, sum_type=sum_type, sum_last=sum_last, **scales)

    def add_reorder(self, name, src, dst, *, corner=0, src_scale=1.0, dst_scale=1.0):
        """From another type, or of the part of a tensor from a corner on."""
        self.add(op="reorder", name=name, src=src, dst=dst, corner=[corner, corner], src_scale=src_scale, dst_scale=dst_scale)

    def write(self, folder, source, output):
        """network.json and parameters.f32 in `folder`, which it makes; their paths. `source` and `output` are tensors."""
        folder.mkdir(parents=True, exist_ok=True)
        network, parameters = folder / "network.json", folder / "parameters.f32"
        network.write_text(json.dumps({"input": source, "output": output, "tensors": self._tensors, "steps": self._steps}),
                           encoding="utf-8")
        numpy.concatenate(self._parameters).tofile(parameters)
        return network, parameters
