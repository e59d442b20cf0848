"""The file of results, and the figures that follow from it."""

import dataclasses
import json
import math

from layers import Layer, Shape

FORMAT = 2


class BadResultsFile(ValueError):
    pass


def geomean(values):
    """Of those that are known."""
    values = [value for value in values if not math.isnan(value)]
    return math.exp(math.fsum(map(math.log, values)) / len(values)) if values else math.nan


@dataclasses.dataclass(frozen=True)
class Timing:
    """A shape in one run: least times in ms, NaN if they cannot be trusted."""
    implementation: str
    declined: bool
    winodnn: float
    direct: float
    snr: float | None

    @property
    def speedup(self):
        return 1 if self.declined else self.direct / self.winodnn


def known(milliseconds):
    return math.nan if milliseconds is None else float(milliseconds)


def timing_of(record):
    winodnn, direct = known(record["winodnn_ms"]), known(record["direct_ms"])
    return Timing(record["implementation"], record["declined"], winodnn, direct, record.get("snr"))


class Results:
    def __init__(self, document):
        try:
            if document["format"] != FORMAT:
                raise BadResultsFile(f"its format is {document['format']}, not {FORMAT}")
            self.machine, self.versions, self.peaks = document["machine"], document["versions"], document["peaks"]
            self.date, self.isas = document["date"], document["isas"]
            self.files = {name: [Layer(layer["name"], Shape(**layer["shape"])) for layer in layers]
                          for name, layers in document["files"].items()}
            self.scaling_file = document["scaling_file"]
            self._runs = {(run["isa"], run["mode"], run["threads"]):
                          {Shape(**record["shape"]): timing_of(record) for record in run["records"]}
                          for run in document["runs"]}
            self.peers = {Shape(**record["shape"]): _compared(record) for record in document["peers"]}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadResultsFile(f"something is missing in it: {error!r}") from error
        for name, layers in self.files.items():
            if missing := [layer.name for layer in layers if layer.shape not in self.run(self.best_isa, "exact")]:
                raise BadResultsFile(f"{name}: {missing[0]} was not measured")

    @property
    def unknown_times(self):
        """How many shapes in all runs have times that could not be trusted."""
        timings = [timing for run in self._runs.values() for timing in run.values()]
        return (sum(math.isnan(timing.direct) or math.isnan(timing.winodnn) for timing in timings)
                + sum(compared["has_unknown"] for compared in self.peers.values()))

    @property
    def best_isa(self):
        return self.isas[-1]

    def run(self, isa, mode, threads=1):
        """Timings by shape; empty if there was no such run."""
        return self._runs.get((isa, mode, threads), {})

    @property
    def threads(self):
        return sorted({threads for isa, mode, threads in self._runs if (isa, mode) == (self.best_isa, "exact")})

    def geomean_of(self, file, isa, mode, threads=1):
        """Of the speedups, a declined layer counting as 1; None if it was not measured."""
        timings = self.run(isa, mode, threads)
        if any(layer.shape not in timings for layer in self.files[file]):
            return None
        return geomean(timings[layer.shape].speedup for layer in self.files[file])


def _compared(record):
    """GMAC/s by contender in one shape of the run with peers, why others have none, and of peers with
    several implementations which was the fastest."""
    macs = Shape(**record["shape"]).macs
    timing = timing_of(record["vs_direct"])
    rates = {"oneDNN direct": macs / timing.direct * 1e-6, "winodnn": macs / timing.winodnn * 1e-6}
    failures, implementations = {}, {}
    for peer, measured in record["peers"].items():
        if "error" in measured:
            failures[peer] = measured["error"]
            continue
        times = [known(milliseconds) for milliseconds in measured["ms"]]
        # What is not known is not the fastest, unless nothing is known.
        fastest = min(range(len(times)), key=lambda i: math.inf if math.isnan(times[i]) else times[i])
        rates[peer] = macs / times[fastest] * 1e-6
        if len(times) > 1:
            implementations[peer] = measured["implementations"][fastest]
    return {"rates": rates, "failures": failures, "implementations": implementations, "declined": timing.declined,
            "has_unknown": any(map(math.isnan, rates.values()))}


def read(path):
    try:
        return Results(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise BadResultsFile(f"{path}: {error}") from error


def write(path, document):
    """An element of each list a line, so that a later file can be compared with it."""
    def text(value):
        if isinstance(value, list):
            return "[\n" + ",\n".join(json.dumps(element) for element in value) + "\n]"
        return json.dumps(value)
    path.write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {text(value)}" for key, value in document.items()) + "\n}\n",
                    encoding="utf-8")
