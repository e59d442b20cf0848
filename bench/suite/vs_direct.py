"""Runs vs_direct and reads what it measured."""

import contextlib
import json
import pathlib
import subprocess
import tempfile

NANOSECONDS = 6 # of a ms


class BadResults(RuntimeError):
    pass


def milliseconds(value):
    return None if value is None else round(value, NANOSECONDS)


def read_record(layer, mode):
    """What the suite keeps of a layer. Times that cannot be trusted are None."""
    if "error" in layer:
        raise BadResults(f"{layer['name']}: {layer['error']}")
    record = {key: layer[key] for key in ("implementation", "direct_implementation", "why_declined", "declined", "mismatches",
                                          "direct_mismatches", "shape", "distrust")}
    record |= {key: milliseconds(layer[key]) for key in ("winodnn_ms", "direct_ms")}
    if mode == "calibrated" and not layer["declined"]:
        record["snr"] = layer["snr"]
    return record


def read_results(text):
    """The context, and by layer name a record."""
    try:
        document = json.loads(text)
        context = {key: document["context"][key]
                   for key in ("onednn", "winodnn", "isa", "mode", "threads", "target_snr")
                   if key in document["context"]}
        records = {layer["name"]: read_record(layer, context.get("mode")) for layer in document["layers"]}
    except (ValueError, KeyError, TypeError) as error:
        raise BadResults(f"vs_direct's JSON is broken: {error!r}") from error
    if not records:
        raise BadResults("vs_direct measured nothing")
    return context, records


class VsDirect:
    """One run over the shapes, which are named by their places in the list. As a context manager. In turns, `next_layer`
    prepares one and `turn` times it."""

    def __init__(self, program, shapes, isa, mode, threads, seconds, in_turns=False, quiet=False):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        layers, self.json = folder / "layers.txt", folder / "results.json"
        layers.write_text("".join(shape.line(place) + "\n" for place, shape in enumerate(shapes)))
        command = [program, f"--layers={layers}", f"--isa={isa}", f"--mode={mode}", f"--threads={threads}",
                   f"--seconds={seconds}", f"--json={self.json}"]
        pipes = {"stdin": subprocess.PIPE if in_turns else subprocess.DEVNULL}
        if quiet:
            pipes["stderr"] = subprocess.DEVNULL
        self._process = subprocess.Popen(command + ["--turns=stdin"] * in_turns, stdout=subprocess.PIPE, text=True,
                                         **pipes)
        self._shapes = shapes
        self._layers_begun = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        if self._process.stdin:
            # There may be a turn that it has not read.
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._folder.cleanup()

    def _say(self, word):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(word + "\n")
            self._process.stdin.flush()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise BadResults("vs_direct ended early")
        return json.loads(line)

    def next_layer(self):
        """Whether winodnn declined it."""
        if self._layers_begun:
            self._say("next")
        self._layers_begun += 1
        return self._answer().get("declined", True)

    def turn(self, contender):
        """Of winodnn or direct, for the referee."""
        self._say(contender)
        return self._answer()

    def results(self):
        if self._layers_begun:
            self._say("next")
        said = self._process.stdout.read()
        status = self._process.wait()
        # 1: it measured, and the results say what is wrong.
        if status not in (0, 1):
            raise BadResults(f"vs_direct ended with {status}: {said[-300:]}")
        context, records = read_results(self.json.read_text(encoding="utf-8"))
        if records.keys() != {str(place) for place in range(len(self._shapes))}:
            raise BadResults("vs_direct did not measure all layers")
        for place, shape in enumerate(self._shapes):
            if any(value != getattr(shape, key) for key, value in records[str(place)]["shape"].items()):
                raise BadResults(f"{shape.text}: vs_direct measured another shape")
            if records[str(place)]["mismatches"]:
                raise BadResults(f"{shape.text}: some of winodnn's sums are wrong")
        return context, [records[str(place)] for place in range(len(self._shapes))]
