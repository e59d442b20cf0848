"""Runs the lab's networks with and without winodnn and tells what calibrated int8 costs and gains.

    lab.py --program ACCURACY_RUNNER --library LIBWINODNN.SO --networks FOLDER [--report FOLDER]

FOLDER of networks is what train.py wrote. Prints a table for each network; --report also writes accuracy.svg and
tables.md there. Every variant runs in a process of its own; times are medians of batches, each a share of direct
convolution's in processes that took turns.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import numpy

BATCH = 32
SCALES = ("max", "mse", "percentile", "global")
ALL_IN_8_BITS = "-1000"


TARGETS = ("45", "40", "35", "30", "25")
# Those that a line in the plot is drawn for: from all components in 8 bits to most in 16.
TILES = ("f2x2", "f4x4", "sfc4x4", "sfc6x6")


def variants():
    """Name -> line in the plot, scales, and the environment that uses the calibration."""
    yield "exact", None, None, {"WINODNN_MODE": "exact"}
    for target in TARGETS:
        yield f"chosen, {target} dB", "chosen", "max", {"WINODNN_TARGET_SNR": target}
    for tile in ("f1x4", "f4x2", "f3x3", "f4x4h"):
        yield f"{tile}, all s8", None, "max", {"WINODNN_TILE": tile, "WINODNN_TARGET_SNR": ALL_IN_8_BITS}
    for tile in TILES:
        for target in TARGETS:
            yield f"{tile}, {target} dB", tile, "max", {"WINODNN_TILE": tile, "WINODNN_TARGET_SNR": target}
        yield f"{tile}, all s8", tile, "max", {"WINODNN_TILE": tile, "WINODNN_TARGET_SNR": ALL_IN_8_BITS}
    for scales in SCALES[1:]:
        yield f"f4x4, all s8, {scales}", None, scales, {
            "WINODNN_TILE": "f4x4", "WINODNN_TARGET_SNR": ALL_IN_8_BITS}


class Network:
    def __init__(self, program, library, folder):
        self.program, self.library, self.folder = program, library, folder
        description = json.loads((folder / "network.json").read_text())
        self.channels, self.side, self.scale = (description[k] for k in ("last_channels", "last_side", "last_scale"))
        self.labels = numpy.load(folder / "labels.npy")
        self.f32_logits = numpy.load(folder / "f32_logits.npy")
        self.classifier = numpy.load(folder / "classifier.npz")
        self.scales_of = {operation["out"]: operation["out_scale"] for operation in description["operations"]
                          if operation["op"] == "conv"}

    def run(self, images, environment, preload=True):
        """Logits, tensors of the first batch by name, and the report of the runner."""
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            (scratch / "tensors").mkdir()
            settings = {k: v for k, v in os.environ.items() if not k.startswith("WINODNN_")} | environment
            if preload:
                settings["LD_PRELOAD"] = str(self.library)
            done = subprocess.run([self.program, self.folder, self.folder / images, str(BATCH), scratch / "last",
                                   scratch / "tensors"], env=settings, check=True, capture_output=True, text=True)
            if done.stderr:
                raise RuntimeError(done.stderr)
            last = numpy.fromfile(scratch / "last", dtype=numpy.uint8)
            tensors = {p.stem: numpy.fromfile(p, dtype=numpy.uint8).astype(float)
                       for p in (scratch / "tensors").iterdir()}
        features = last.reshape(-1, self.side * self.side, self.channels).mean(axis=1) * self.scale
        return features @ self.classifier["weights"].T + self.classifier["bias"], tensors, json.loads(done.stdout)


def decibels(values, truth):
    return 10 * numpy.log10((truth ** 2).sum() / max(((values - truth) ** 2).sum(), 1e-12))


def measure(network, name, line, scales, environment, calibrations, direct):
    if scales is not None:
        environment = environment | {"WINODNN_MODE": "calibrated", "WINODNN_CALIBRATION": calibrations[scales]}
    times, direct_times = [], []
    for _ in range(3):
        logits, tensors, report = network.run("held_out.u8", environment)
        times.append(report["milliseconds"])
        direct_times.append(network.run("held_out.u8", {}, preload=False)[2]["milliseconds"])
    direct_logits, direct_tensors, _ = direct
    layers = [decibels(tensors[t], direct_tensors[t]) for t in tensors]
    return {"variant": name, "line": line, "taken": sum("wino" in i for i in report["implementations"].values()),
            "top1": 100 * (logits.argmax(1) == network.labels).mean(),
            "agreement": 100 * (logits.argmax(1) == direct_logits.argmax(1)).mean(),
            "logits": decibels(logits, direct_logits), "worst": min(layers), "mean": float(numpy.mean(layers)),
            "speedup": numpy.median(direct_times) / numpy.median(times)}


def table(rows):
    lines = ["| variant | layers | top-1 % | as direct % | logits dB | tensors dB, mean | worst | speedup |",
             "|---|---|---|---|---|---|---|---|"]
    for r in rows:
        def number(key, digits):
            return "" if r[key] is None else "exact" if r[key] > 120 else f"{r[key]:.{digits}f}"
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
        shown = [r for r in rows if r["speedup"] and r["logits"] is not None and r["logits"] < 120]
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
        for r in rows:
            if r["variant"] == "exact":
                axis.axvline(r["speedup"], linestyle="--", color="tab:green", label="exact")
        axis.set(title=name, xlabel="speed of the convolutions, direct int8 = 1",
                 ylabel="logits against direct int8, dB")
        axis.legend()
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "library", "networks"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--report", type=pathlib.Path)
    options = parser.parse_args()
    results = {}
    for folder in sorted(p for p in options.networks.iterdir() if p.is_dir()):
        network = Network(options.program.resolve(), options.library.resolve(), folder)
        f32 = 100 * (network.f32_logits.argmax(1) == network.labels).mean()
        direct = network.run("held_out.u8", {}, preload=False)
        same = 100 * (network.f32_logits.argmax(1) == direct[0].argmax(1)).mean()
        rows = [{"variant": "f32", "line": None, "taken": 0, "top1": f32, "agreement": same,
                 "logits": decibels(network.f32_logits, direct[0]), "mean": None, "worst": None, "speedup": None},
                {"variant": "direct int8", "line": None, "taken": 0,
                 "top1": 100 * (direct[0].argmax(1) == network.labels).mean(),
                 "agreement": 100, "logits": None, "mean": None, "worst": None, "speedup": 1}]
        with tempfile.TemporaryDirectory() as scratch:
            calibrations = {}
            for scales in SCALES:
                calibrations[scales] = str(pathlib.Path(scratch) / f"{scales}.json")
                network.run("calibration.u8", {"WINODNN_CALIBRATE": calibrations[scales], "WINODNN_SCALES": scales})
            for variant in variants():
                rows.append(measure(network, *variant, calibrations, direct))
                print(folder.name, {k: round(v, 2) if isinstance(v, float) else v for k, v in rows[-1].items()},
                      flush=True)
        results[folder.name] = rows
        print(table(rows), flush=True)
    if options.report:
        (options.report / "tables.md").write_text(
            "\n\n".join(f"### {name}\n\n{table(rows)}" for name, rows in results.items()) + "\n")
        plot(results, options.report / "accuracy.svg")


if __name__ == "__main__":
    main()
