"""OpenVINO's CPU plugin: dequantized u8 sources and s8 weights, convolution, bias, relu, and a FakeQuantize to u8, which
the plugin fuses into one int8 convolution. It reorders to nhwc before and after, so what counts is the time of the
convolution alone, by the plugin's own profiling."""

import os

# Read by the oneDNN inside the plugin. Without AMX, as winodnn and oneDNN are here.
os.environ["ONEDNN_MAX_CPU_ISA"] = "AVX512_CORE_VNNI"

import numpy  # noqa: E402
import openvino  # noqa: E402
from openvino import opset13 as ops  # noqa: E402

LARGEST_OUTPUT = 255


def version():
    return openvino.__version__.partition("-")[0]


def _model(problem):
    s = problem.shape
    source = ops.parameter([s.mb, s.ic, s.ih, s.iw], numpy.uint8)
    dequantized = ops.multiply(ops.convert(source, "f32"), problem.source_scale)
    weights = ops.multiply(ops.convert(ops.constant(problem.weights), "f32"),
                           problem.weights_scales.reshape(-1, 1, 1, 1))
    sums = ops.convolution(dequantized, weights, [1, 1], [s.ph, s.pw], [s.ph, s.pw], [s.dh + 1, s.dw + 1])
    activated = ops.relu(ops.add(sums, problem.bias_f32.reshape(1, -1, 1, 1)))
    quantized = ops.fake_quantize(activated, numpy.float32(0), numpy.float32(255 * problem.output_scale),
                                  numpy.float32(0), numpy.float32(255), 256)
    return openvino.Model([ops.convert(quantized, "u8")], [source])


class Contender:
    def __init__(self, problem):
        # f32 forbids bf16, which the plugin prefers for whatever is left in floating point.
        compiled = openvino.Core().compile_model(_model(problem), "CPU", {
            "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": "1", "PERF_COUNT": True, "INFERENCE_PRECISION_HINT": "f32"})
        self.implementation = self._of_convolution(compiled)
        self._request = compiled.create_infer_request()
        self._source = problem.source # shared with the tensor
        self._request.set_input_tensor(openvino.Tensor(self._source, shared_memory=True))

    @staticmethod
    def _of_convolution(compiled):
        for node in compiled.get_runtime_model().get_ordered_ops():
            info = node.get_rt_info()
            def told(key):
                value = info[key] if key in info else ""
                return str(getattr(value, "value", value))
            if told("layerType") == "Convolution":
                if told("runtimePrecision") not in ("u8", "i8") or told("outputPrecisions") != "u8":
                    raise RuntimeError(f"the convolution runs in {told('runtimePrecision')}")
                return told("primitiveType")
        raise RuntimeError("the compiled model has no convolution")

    def execute(self):
        """Seconds."""
        self._request.infer()
        for node in self._request.get_profiling_info():
            if node.node_type == "Convolution":
                return node.real_time.total_seconds()
        raise RuntimeError("the plugin's profiling has no convolution")

    def output(self):
        return self._request.get_output_tensor().data


def contenders(problem):
    yield Contender(problem)
