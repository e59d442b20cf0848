"""A layer with data for the peers: small enough that every peer can represent them, and a reference for some of the
outputs."""

import math

import numpy

SAMPLES = 200


class Problem:
    """u8 sources of seven bits, because one of the peers only has signed ones; weights are bell-shaped with a largest
    magnitude of 127 in each output channel, as trained ones are; bias, relu, and a destination that uses its range."""

    def __init__(self, shape, largest_output):
        self.shape, self.largest_output = shape, largest_output
        random = numpy.random.default_rng(shape.macs)
        self.source = random.integers(0, 128, (shape.mb, shape.ic, shape.ih, shape.iw), dtype=numpy.uint8)
        filters = random.normal(size=(shape.oc, shape.ic, shape.kh, shape.kw))
        filters *= 127 / abs(filters).max(axis=(1, 2, 3), keepdims=True)
        self.weights = filters.round().astype(numpy.int8)
        self.source_scale = numpy.float32(0.02)
        self.weights_scales = random.uniform(0.005, 0.015, shape.oc).astype(numpy.float32)
        products = shape.ic * shape.kh * shape.kw
        typical = 0.02 * 0.01 * math.sqrt((self.weights.astype(float) ** 2).mean() * 128 ** 2 / 3 * products)
        self.output_scale = numpy.float32(4 * typical / largest_output)
        # Whole numbers of accumulators, so that it is the same with every peer's type of bias.
        self.bias_s32 = (random.uniform(-0.5, 0.5, shape.oc) * typical
                         / (self.source_scale * self.weights_scales)).round().astype(numpy.int32)

    @property
    def bias_f32(self):
        return (self.bias_s32 * self.source_scale * self.weights_scales).astype(numpy.float32)

    def window(self, padded, n, h, w):
        """What the taps of one output read."""
        s = self.shape
        down, across = s.dh + 1, s.dw + 1
        return padded[n, :, h:h + (s.kh - 1) * down + 1:down, w:w + (s.kw - 1) * across + 1:across]

    def largest_difference(self, output):
        """Between some of the outputs, nchw, and what they must be. Border and corners are among them."""
        s = self.shape
        if output.shape != (s.mb, s.oc, s.oh, s.ow):
            raise ValueError(f"the output's shape is {output.shape}")
        padded = numpy.pad(self.source.astype(numpy.int64), ((0, 0), (0, 0), (s.ph, s.ph), (s.pw, s.pw)))
        random = numpy.random.default_rng(0)
        places = [(n, oc, h, w) for n in (0, s.mb - 1) for oc in (0, s.oc - 1) for h in (0, s.oh - 1) for w in (0, s.ow - 1)]
        places += [tuple(random.integers((s.mb, s.oc, s.oh, s.ow))) for _ in range(SAMPLES)]
        largest = 0
        for n, oc, h, w in places:
            total = (self.window(padded, n, h, w) * self.weights[oc]).sum() + self.bias_s32[oc]
            real = float(total) * float(self.source_scale) * float(self.weights_scales[oc])
            expected = min(max(round(real / float(self.output_scale)), 0), self.largest_output)
            largest = max(largest, abs(expected - int(output[n, oc, h, w])))
        return largest
