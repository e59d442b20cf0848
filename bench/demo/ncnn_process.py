"""ncnn's f32 network, as network_runner answers: ncnn_process.py PARAM BIN INPUT OUTPUT WIDTH HEIGHT
THREADS. Its time is of the
network alone: from the floats that it wants to those that it gives."""

import json
import os
import resource
import sys
import time

import ncnn
import numpy

SECONDS_OF_TURN = 0.02
# As bench/timing/stopwatch.hpp has it.
SECONDS_BETWEEN_TOLERABLE_SWITCHES = 0.05


class Network:
    def __init__(self, param, weights, blobs, width, height, threads):
        self._input_name, self._output_name = blobs
        self._net = ncnn.Net()
        self._net.opt.num_threads = threads
        if self._net.load_param(param) or self._net.load_model(weights):
            raise RuntimeError("ncnn could not load the network")
        self._shape = (height, width, 3)
        self._input = None

    def _extract(self):
        extractor = self._net.create_extractor()
        extractor.input(self._input_name, self._input)
        status, output = extractor.extract(self._output_name)
        if status:
            raise RuntimeError("ncnn could not run the network")
        return output

    def run(self, input_path, output_path):
        pixels = numpy.fromfile(input_path, numpy.uint8).reshape(self._shape)
        planes = numpy.ascontiguousarray(pixels.transpose(2, 0, 1).astype(numpy.float32) / 255)
        self._input = ncnn.Mat(planes).clone()
        output = numpy.array(self._extract()).transpose(1, 2, 0) * 255
        numpy.rint(output).clip(0, 255).astype(numpy.uint8).tofile(output_path)
        return {}

    def turn(self):
        times, disturbed, start = [], 0, time.perf_counter()
        while not times and not disturbed or time.perf_counter() - start < SECONDS_OF_TURN:
            switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
            before = time.perf_counter()
            self._extract()
            seconds = time.perf_counter() - before
            switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - switches
            if switches <= seconds // SECONDS_BETWEEN_TOLERABLE_SWITCHES:
                times.append(seconds)
            else:
                disturbed += 1
        return [[min(times, default=0), len(times), disturbed]]


def main():
    # ncnn prints what it likes; answers have the real stdout to themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    param, weights, input_name, output_name, *numbers = sys.argv[1:]
    network = Network(param, weights, (input_name, output_name), *map(int, numbers))
    print(json.dumps({"steps": []}), file=answers, flush=True)
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        print(json.dumps({"run": network.run, "turn": network.turn}[verb](*arguments)), file=answers, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
