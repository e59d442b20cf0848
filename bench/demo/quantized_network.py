"""A network that enlarges pictures, quantized and calibrated on two photographs."""

import contextlib
import hashlib

import numpy

import contenders
import fetch
import pictures
from asked_process import ProcessEnded


class QuantizedNetwork:
    """Its processes, for frames of any size. An architecture has a `model` to be fetched and a `factor` by which pictures
    become larger; one that is made from the model's folder says by `padded` what pictures need around them, how far
    they are seen by `reach`, describes the network in f32 and, from the maxima of its channels, in int8."""

    def __init__(self, architecture, options, folder, progress):
        model = fetch.fetch(architecture.model, options.models, progress.say)
        self._architecture = architecture(model)
        self.factor, self.reach = self._architecture.factor, self._architecture.reach
        self._networks = contenders.Networks(options.programs, options.library, model, self._architecture.blobs)
        self._library, self._models, self._folder = options.library, options.models, folder
        self._quantized = None
        samples = list(pictures.calibration())
        self._sample_files = [self._write(f"sample{i}", self._architecture.padded(s)) for i, s in enumerate(samples)]
        height, width = samples[0].shape[:2]
        progress.show("Quantizing", 0)
        self._quantized = self._architecture.quantize(self._maxima(height, width))
        progress.show("Calibrating winodnn, once", 0.05)
        self.calibration = self._calibrate(height, width)

    def _write(self, name, array):
        path = self._folder / name
        array.tofile(path)
        return path

    def _files(self, height, width):
        """Descriptions and parameters for frames of a size, by network."""
        folder = self._folder / f"{width}x{height}"
        files = {"f32": self._architecture.write_f32(folder / "f32", height, width)}
        if self._quantized:
            files["int8"] = self._architecture.write_int8(folder / "int8", height, width, self._quantized)
        return files

    def _maxima(self, height, width):
        """Of the f32 network's channels."""
        maxima = {}
        with self._networks.start_runner(self._files(height, width)["f32"], {}) as process:
            self.isa, self.onednn = process.introduction["isa"], process.introduction["onednn"]
            for path in self._sample_files:
                for name, values in process.ask("maxima", str(path)).items():
                    maxima[name] = numpy.maximum(maxima.get(name, 0), values)
        return maxima

    def _calibrate(self, height, width):
        """winodnn's file; made again only if the network or the library is another one."""
        files = self._files(height, width)["int8"]
        content = b"".join(path.read_bytes() for path in (*files, self._library))
        name = self._architecture.model.name
        path = self._models / f"{name}-calibration-{hashlib.sha256(content).hexdigest()[:16]}.json"
        if not path.exists():
            for old in self._models.glob(f"{name}-calibration-*.json"):
                old.unlink()
            with self._networks.start_runner(files, {"WINODNN_CALIBRATE": str(path)}, is_winodnn=True) as process:
                for sample in self._sample_files:
                    process.ask("run", str(sample), str(self._folder / "unused"))
            if not path.exists():
                raise ProcessEnded("winodnn wrote no calibration")
        return path

    @contextlib.contextmanager
    def running(self, those, height, width):
        """The processes of contenders, for frames of one size."""
        files = self._files(height, width)
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(self._networks.start(c, files, *self._architecture.padded_size(width, height)))
                   for c in those]

    def enlarge(self, process, rgb):
        source, target = self._write("source", self._architecture.padded(rgb)), self._folder / "target"
        process.ask("run", str(source), str(target))
        return numpy.fromfile(target, numpy.uint8).reshape(self.factor * rgb.shape[0], self.factor * rgb.shape[1], -1)
