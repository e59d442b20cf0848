"""One implementation of a layer, ready to be executed: u8 to u8, scales, bias and relu, as networks have it."""

import ctypes
import random
import statistics
import struct

from . import onednn

SOURCE_SCALE, LEAST_WEIGHTS_SCALE = 0.02, 0.005
WEIGHTS_DEVIATION = 127 / 3
MEAN_SQUARE_OF_BYTES = 255 * 255 / 3


class Data:
    """Random, the same every time. Weights are bell-shaped with a largest magnitude of 127, as trained ones are."""

    def __init__(self, layer):
        draw = random.Random(1)
        products = layer.ic // layer.g * layer.kh * layer.kw
        self.src = draw.randbytes(layer.mb * layer.ih * layer.iw * layer.ic)
        bell = statistics.NormalDist(0, WEIGHTS_DEVIATION)
        values = [max(-127, min(127, round(bell.inv_cdf((byte + 0.5) / 256)))) for byte in range(256)]
        self.weights = draw.randbytes(layer.oc * products).translate(bytes(value & 255 for value in values))
        # So that outputs use the range of u8.
        typical = SOURCE_SCALE * LEAST_WEIGHTS_SCALE * WEIGHTS_DEVIATION * (MEAN_SQUARE_OF_BYTES * products) ** 0.5
        self.bias = floats(typical * (draw.random() - 0.5) for _ in range(layer.oc))
        self.weights_scales = floats(LEAST_WEIGHTS_SCALE * (1 + draw.random()) for _ in range(layer.oc))
        self.src_scale = floats([SOURCE_SCALE])
        self.dst_scale = floats([4 * typical / 255])


def floats(values):
    values = list(values)
    return struct.pack(f"{len(values)}f", *values)


def ask(api, layer, algorithm=onednn.DIRECT, source=onednn.U8, source_zero_point=False):
    """The primitive descriptor that a program gets which asks in the usual way. Refused if oneDNN has none."""
    attributes = api.new("primitive_attr_create")
    for arg, mask in ((onednn.SRC, 0), (onednn.WEIGHTS, 1 if layer.g == 1 else 3), (onednn.DST, 0)):
        api.call("primitive_attr_set_scales_mask", attributes, arg, mask)
    if source_zero_point:
        api.call("primitive_attr_set_zero_points_mask", attributes, onednn.SRC, 0)
    post_ops = api.new("post_ops_create")
    api.call("post_ops_append_eltwise", post_ops, onednn.RELU, ctypes.c_float(0), ctypes.c_float(0))
    api.call("primitive_attr_set_post_ops", attributes, post_ops)
    return api.new(
        "convolution_forward_primitive_desc_create", api.engine, onednn.FORWARD_INFERENCE, algorithm,
        api.desc(source, *image(layer.mb, layer.ic, layer.ih, layer.iw)), api.desc(onednn.S8, weights_dims(layer)),
        api.desc(onednn.F32, [layer.oc], [1]), api.desc(onednn.U8, *image(layer.mb, layer.oc, layer.oh, layer.ow)),
        onednn.int64s([layer.sh, layer.sw]), onednn.int64s([layer.dh, layer.dw]), onednn.int64s([layer.ph, layer.pw]),
        onednn.int64s(layer.padding_behind), attributes)


def image(batch, channels, height, width):
    """Dims and strides of nhwc."""
    return (batch, channels, height, width), (channels * height * width, 1, channels * width, channels)


def weights_dims(layer):
    groups = [layer.g] if layer.g > 1 else []
    return [*groups, layer.oc // layer.g, layer.ic // layer.g, layer.kh, layer.kw]


class Contender:
    def __init__(self, api, layer, data, primitive_desc):
        self._api = api
        self._output_size = layer.mb * layer.oh * layer.ow * layer.oc
        self.implementation = api.implementation(primitive_desc)
        self._primitive = api.new("primitive_create", primitive_desc)

        def tensor(query, content=b""):
            return api.memory(api.query_desc(primitive_desc, query), content)

        def vector(values):
            return api.memory(api.desc(onednn.F32, [len(values) // 4], [1]), values)

        self._output = tensor(onednn.DST_MD)
        self._arguments = {
            onednn.SRC: tensor(onednn.SRC_MD, data.src), onednn.WEIGHTS: tensor(onednn.WEIGHTS_MD), onednn.DST: self._output,
            onednn.BIAS: vector(data.bias), onednn.SCALES | onednn.SRC: vector(data.src_scale),
            onednn.SCALES | onednn.WEIGHTS: vector(data.weights_scales), onednn.SCALES | onednn.DST: vector(data.dst_scale)}
        self._pack(layer, data, primitive_desc)

    def _pack(self, layer, data, primitive_desc):
        api, dims = self._api, weights_dims(layer)
        strides = [1] * len(dims)
        for axis in reversed(range(len(dims) - 1)):
            strides[axis] = strides[axis + 1] * dims[axis + 1]
        plain = api.desc(onednn.S8, dims, strides)
        packed = api.query_desc(primitive_desc, onednn.WEIGHTS_MD)
        reorder = api.new("primitive_create",
                          api.new("reorder_primitive_desc_create", plain, api.engine, packed, api.engine, None))
        api.execute(reorder, {onednn.SRC: api.memory(plain, data.weights), onednn.DST: self._arguments[onednn.WEIGHTS]})

    def execute(self):
        self._api.execute(self._primitive, self._arguments)

    def output(self):
        return self._api.content(self._output, self._output_size)
