"""ONNX Runtime's CPU provider: one QLinearConv, u8 to u8, whose zero point of 0 is the relu. In its nhwc form, which
the graph optimizer turns networks into, so that no transpositions are timed that networks do not have."""

import time

import numpy
import onnx
import onnxruntime

LARGEST_OUTPUT = 255


def version():
    return onnxruntime.__version__


def _model(problem):
    s = problem.shape
    constants = {"source_scale": problem.source_scale, "source_zero": numpy.uint8(0), "weights": problem.weights,
                 "weights_scales": problem.weights_scales, "weights_zeros": numpy.zeros(s.oc, numpy.int8),
                 "output_scale": problem.output_scale, "output_zero": numpy.uint8(0), "bias": problem.bias_s32}
    node = onnx.helper.make_node("QLinearConv", ["source", *constants], ["output"], domain="com.microsoft",
                                 channels_last=1, pads=[s.ph, s.pw, s.ph, s.pw],
                                 dilations=[s.dh + 1, s.dw + 1])
    u8 = onnx.TensorProto.UINT8
    graph = onnx.helper.make_graph(
        [node], "layer", [onnx.helper.make_tensor_value_info("source", u8, [s.mb, s.ih, s.iw, s.ic])],
        [onnx.helper.make_tensor_value_info("output", u8, [s.mb, s.oh, s.ow, s.oc])],
        [onnx.numpy_helper.from_array(numpy.asarray(value), name) for name, value in constants.items()])
    # Old enough for every version of the runtime.
    return onnx.helper.make_model(graph, ir_version=8, opset_imports=[
        onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("com.microsoft", 1)])


class Contender:
    implementation = "QLinearConv, nhwc"

    def __init__(self, problem):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self._session = onnxruntime.InferenceSession(_model(problem).SerializeToString(), options,
                                                     providers=["CPUExecutionProvider"])
        s = problem.shape
        source = numpy.ascontiguousarray(problem.source.transpose(0, 2, 3, 1))
        self._source = onnxruntime.OrtValue.ortvalue_from_numpy(source)
        self._output = onnxruntime.OrtValue.ortvalue_from_shape_and_type([s.mb, s.oh, s.ow, s.oc], numpy.uint8)
        self._binding = self._session.io_binding()
        self._binding.bind_ortvalue_input("source", self._source)
        self._binding.bind_ortvalue_output("output", self._output)

    def execute(self):
        """Seconds."""
        start = time.perf_counter()
        self._session.run_with_iobinding(self._binding)
        return time.perf_counter() - start

    def output(self):
        return self._output.numpy().transpose(0, 3, 1, 2)


def contenders(problem):
    yield Contender(problem)
