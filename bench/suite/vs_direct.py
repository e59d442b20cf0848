"""Runs vs_direct and reads what it measured."""

import contextlib
import json
import pathlib
import re
import subprocess
import tempfile

# Google Benchmark appends how it was run.
NAME = re.compile(r"mb\d+/(.*?)/iterations:1(?:/repeats:\d+)?/manual_time")
NANOSECONDS = 6 # of a ms
SHAPE = ("mb", "ic", "oc", "ih", "iw", "oh", "ow", "kh", "kw")


class BadResults(RuntimeError):
    pass


def layer_name(benchmark_name):
    match = NAME.fullmatch(benchmark_name)
    if not match:
        raise BadResults(f"{benchmark_name}: not a name that vs_direct gives")
    return match[1]


def read_results(text):
    """The context, and by layer name a record with the times of all repetitions, in ms."""
    try:
        document = json.loads(text)
        context = {key: document["context"][key]
                   for key in ("date", "onednn", "winodnn", "isa", "mode", "threads", "target_snr")
                   if key in document["context"]}
        records = {}
        for run in document["benchmarks"]:
            if run["run_type"] != "iteration":
                continue
            name = layer_name(run["name"])
            if run.get("error_occurred"):
                raise BadResults(f"{name}: {run['error_message']}")
            implementation, direct, *why = run["label"].split(" ", 2)
            record = records.setdefault(name, {"winodnn_ms": [], "direct_ms": []})
            record["winodnn_ms"].append(round(run["winodnn_ms"], NANOSECONDS))
            record["direct_ms"].append(round(run["direct_ms"], NANOSECONDS))
            record |= {"implementation": implementation, "direct_implementation": direct,
                       "why_declined": why[0] if why else "", "declined": run["declined"] != 0,
                       "mismatches": int(run["mismatches"]), "direct_mismatches": int(run["direct_mismatches"]),
                       "shape": {key: int(run[key]) for key in SHAPE}}
            if context.get("mode") == "calibrated" and not record["declined"]:
                record["snr"] = run["snr"]
            records[name] = record
    except (ValueError, KeyError, TypeError) as error:
        raise BadResults(f"vs_direct's JSON is broken: {error!r}") from error
    if not records:
        raise BadResults("vs_direct measured nothing")
    return context, records


class VsDirect:
    """One run over the shapes, which are named by their places in the list. As a context manager; `take_turn` is one
    repetition of the layer that is next."""

    def __init__(self, program, shapes, isa, mode, threads, repetitions, in_turns=False,
                 quiet=False):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        layers, self.json = folder / "layers.txt", folder / "results.json"
        layers.write_text("".join(shape.line(place) + "\n" for place, shape in enumerate(shapes)))
        command = [program, f"--layers={layers}", f"--isa={isa}", f"--mode={mode}", f"--threads={threads}",
                   f"--repetitions={repetitions}", f"--json={self.json}"]
        pipes = {"stdin": subprocess.PIPE if in_turns else subprocess.DEVNULL}
        if quiet:
            pipes["stderr"] = subprocess.DEVNULL
        self._process = subprocess.Popen(command + ["--turns=stdin"] * in_turns, stdout=subprocess.PIPE, text=True,
                                         **pipes)
        self._shapes = shapes
        self._said = []

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

    def take_turn(self):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        for line in self._process.stdout:
            if line == "turn\n":
                return
            self._said.append(line)
        raise BadResults("vs_direct ended early: " + "".join(self._said[-3:]))

    def results(self):
        self._said.append(self._process.stdout.read())
        status = self._process.wait()
        # 1: it measured, and the results say what is wrong.
        if status not in (0, 1):
            raise BadResults(f"vs_direct ended with {status}: " + "".join(self._said[-3:]))
        context, records = read_results(self.json.read_text(encoding="utf-8"))
        if records.keys() != {str(place) for place in range(len(self._shapes))}:
            raise BadResults("vs_direct did not measure all layers")
        for place, shape in enumerate(self._shapes):
            if any(value != getattr(shape, key) for key, value in records[str(place)]["shape"].items()):
                raise BadResults(f"{shape.text}: vs_direct measured another shape")
            if records[str(place)]["mismatches"]:
                raise BadResults(f"{shape.text}: some of winodnn's sums are wrong")
        return context, [records[str(place)] for place in range(len(self._shapes))]
