"""Runs the lab's networks with and without winodnn and tells what calibrated int8 costs and gains.

    lab.py --programs FOLDER --library LIBWINODNN.SO --networks FOLDER [--report FOLDER] [--seconds N]

FOLDER of programs has accuracy_runner and referee, that of networks is what train.py wrote. Prints a table for each
network; --report also writes accuracy.svg and tables.md there. Every variant runs in a process of its own, on one
thread. All take turns until the referee believes their times, or for N seconds: then those that it does not believe
are "?".
"""

import argparse
import contextlib
import json
import os
import pathlib
import sys
import tempfile

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "processes"))
from asked_process import AskedProcess  # noqa: E402
from referee import hold_rounds  # noqa: E402

BATCH = 32
SCALES = ("mse", "max", "percentile", "global")  # the first one is what a user gets
ALL_IN_8_BITS = "-1000"


TARGETS = ("45", "40", "35", "30", "25")
# Those that a line in the plot is drawn for: from all components in 8 bits to most in 16.
TILES = ("f2x2", "f4x4", "sfc4x4", "sfc6x6")


def variants():
    """Name -> line in the plot, scales, and the environment that uses the calibration."""
    yield "exact", None, None, {"WINODNN_MODE": "exact"}
    for target in TARGETS:
        yield f"chosen, {target} dB", "chosen", SCALES[0], {"WINODNN_TARGET_SNR": target}
    for tile in ("f1x4", "f4x2", "f3x3", "f4x4h"):
        yield f"{tile}, all s8", None, SCALES[0], {"WINODNN_TILE": tile, "WINODNN_TARGET_SNR": ALL_IN_8_BITS}
    for tile in TILES:
        for target in TARGETS:
            yield f"{tile}, {target} dB", tile, SCALES[0], {"WINODNN_TILE": tile, "WINODNN_TARGET_SNR": target}
        yield f"{tile}, all s8", tile, SCALES[0], {"WINODNN_TILE": tile, "WINODNN_TARGET_SNR": ALL_IN_8_BITS}
    for scales in SCALES[1:]:
        yield f"f4x4, all s8, {scales}", None, scales, {
            "WINODNN_TILE": "f4x4", "WINODNN_TARGET_SNR": ALL_IN_8_BITS}


class Network:
    def __init__(self, options, folder):
        self.runner, self.library, self.folder = options.programs / "accuracy_runner", options.library, folder
        description = json.loads((folder / "network.json").read_text())
        self.channels, self.side, self.scale = (description[k] for k in ("last_channels", "last_side", "last_scale"))
        self.labels = numpy.load(folder / "labels.npy")
        self.f32_logits = numpy.load(folder / "f32_logits.npy")
        self.classifier = numpy.load(folder / "classifier.npz")

    @contextlib.contextmanager
    def run(self, images, environment, preload=True):
        """A process that has run the network and now takes turns, its logits, and the first batch's tensors by name."""
        if preload:
            environment = environment | {"LD_PRELOAD": str(self.library)}
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            (scratch / "tensors").mkdir()
            command = [self.runner, self.folder, self.folder / images, BATCH, scratch / "last", scratch / "tensors"]
            with AskedProcess(command, environment) as process:
                last = numpy.fromfile(scratch / "last", dtype=numpy.uint8)
                tensors = {p.stem: numpy.fromfile(p, dtype=numpy.uint8).astype(float)
                           for p in (scratch / "tensors").iterdir()}
                features = last.reshape(-1, self.side * self.side, self.channels).mean(axis=1) * self.scale
                yield process, features @ self.classifier["weights"].T + self.classifier["bias"], tensors


def decibels(values, truth):
    return 10 * numpy.log10((truth ** 2).sum() / max(((values - truth) ** 2).sum(), 1e-12))


def compare(network, name, line, run, direct):
    process, logits, tensors = run
    _, direct_logits, direct_tensors = direct
    layers = [decibels(tensors[t], direct_tensors[t]) for t in tensors]
    return {"variant": name, "line": line, "taken": sum("wino" in i for i in process.introduction.values()),
            "top1": 100 * (logits.argmax(1) == network.labels).mean(),
            "agreement": 100 * (logits.argmax(1) == direct_logits.argmax(1)).mean(),
            "logits": decibels(logits, direct_logits), "worst": min(layers),
            "mean": -10 * numpy.log10(numpy.mean([10 ** (-layer / 10) for layer in layers]))}


def rows_of(network, options):
    """Of all variants, and what makes their times not to be trusted."""
    with contextlib.ExitStack() as stack:
        direct = stack.enter_context(network.run("held_out.u8", {}, preload=False))
        logits = direct[1]
        rows = [{"variant": "f32", "line": None, "taken": 0,
                 "top1": 100 * (network.f32_logits.argmax(1) == network.labels).mean(),
                 "agreement": 100 * (network.f32_logits.argmax(1) == logits.argmax(1)).mean(),
                 "logits": decibels(network.f32_logits, logits), "mean": None, "worst": None, "speedup": None},
                {"variant": "direct int8", "line": None, "taken": 0,
                 "top1": 100 * (logits.argmax(1) == network.labels).mean(),
                 "agreement": 100, "logits": None, "mean": None, "worst": None}]
        calibrations = {}
        scratch = stack.enter_context(tempfile.TemporaryDirectory())
        for scales in SCALES:
            calibrations[scales] = str(pathlib.Path(scratch) / f"{scales}.json")
            with network.run("calibration.u8", {"WINODNN_CALIBRATE": calibrations[scales], "WINODNN_SCALES": scales}):
                pass
        processes = [direct[0]]
        for name, line, scales, environment in variants():
            if scales is not None:
                environment = environment | {"WINODNN_MODE": "calibrated", "WINODNN_CALIBRATION": calibrations[scales]}
            run = stack.enter_context(network.run("held_out.u8", environment))
            processes.append(run[0])
            rows.append(compare(network, name, line, run, direct))
            print(f"\r{network.folder.name}: {name:30}", end="", file=sys.stderr, flush=True)
        times, distrust = hold_rounds(
            options.programs / "referee", [lambda p=p: p.ask("turn") for p in processes], options.seconds,
            lambda number: print(f"\r{network.folder.name}: round {number + 1:24}", end="", file=sys.stderr, flush=True))
    print(file=sys.stderr)
    for row, time in zip(rows[1:], times):
        row["speedup"] = (times[0].seconds / time.seconds if times[0].is_confirmed and time.is_confirmed
                          else float("nan"))
    return rows, distrust


def table(rows):
    lines = ["| variant | layers | top-1 % | as direct % | logits dB | tensors dB, mean | worst | speedup |",
             "|---|---|---|---|---|---|---|---|"]
    for r in rows:
        def number(key, digits):
            if r[key] is None:
                return ""
            return "?" if numpy.isnan(r[key]) else "exact" if r[key] > 120 else f"{r[key]:.{digits}f}"
        lines.append(f"| {r['variant']} | {r['taken']} | {r['top1']:.2f} | {r['agreement']:.2f} | "
                     f"{number('logits', 1)} | {number('mean', 1)} | {number('worst', 1)} | {number('speedup', 2)} |")
    return "\n".join(lines)


def plot(results, path):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "winodnn"
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(1, len(results), figsize=(7 * len(results), 5.5), squeeze=False)
    for axis, (name, rows) in zip(axes[0], results.items()):
        known = [r for r in rows if r["speedup"] and not numpy.isnan(r["speedup"])]
        shown = [r for r in known if r["logits"] is not None and r["logits"] < 120]
        for line in ("chosen", *TILES):
            points = [r for r in shown if r["line"] == line]
            axis.plot([r["speedup"] for r in points], [r["logits"] for r in points], marker="o",
                      linewidth=2.5 if line == "chosen" else 1, label=line)
        alone = [r for r in shown if r["line"] is None]
        axis.scatter([r["speedup"] for r in alone], [r["logits"] for r in alone], color="tab:gray")
        for r in shown:
            name = r["variant"] if r["line"] is None else r["variant"].removeprefix(f"{r['line']}, ")
            axis.annotate(name, (r["speedup"], r["logits"]), fontsize=7, xytext=(3, 3),
                          textcoords="offset points")
        for r in known:
            if r["variant"] == "exact":
                axis.axvline(r["speedup"], linestyle="--", color="tab:green", label="exact")
        axis.set(title=name, xlabel="speed of the convolutions, direct int8 = 1",
                 ylabel="logits against direct int8, dB")
        axis.legend()
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("programs", "library", "networks"):
        parser.add_argument(f"--{name}", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=120, help="the most that times of one network may take")
    options = parser.parse_args()
    for name in [n for n in os.environ if n.startswith("WINODNN_")]:
        del os.environ[name]
    os.environ["OMP_NUM_THREADS"] = "1"
    results = {}
    for folder in sorted(p for p in options.networks.iterdir() if p.is_dir()):
        results[folder.name], distrust = rows_of(Network(options, folder), options)
        print(table(results[folder.name]), flush=True)
        if distrust:
            print(f"{folder.name}: these times cannot be trusted, and are shown as ?: {distrust}", file=sys.stderr)
    if options.report:
        (options.report / "tables.md").write_text(
            "\n\n".join(f"### {name}\n\n{table(rows)}" for name, rows in results.items()) + "\n")
        plot(results, options.report / "accuracy.svg")


if __name__ == "__main__":
    main()
