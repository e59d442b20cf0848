"""The report's figures, as SVG."""

import matplotlib

matplotlib.use("svg")
# Text stays text: small files, and the same from run to run but for the numbers.
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "winodnn", "font.size": 9, "axes.axisbelow": True})

import matplotlib.pyplot as plt  # noqa: E402

from results import geomean  # noqa: E402
from roofline import ceiling  # noqa: E402
from tables import isa_name  # noqa: E402

DIRECT, EXACT, CALIBRATED = "#8d99ae", "#1d70b8", "#e07a2f"


def _labels(layers):
    return [layer.name + (f" x{layer.shape.mb}" if layer.shape.mb > 1 else "") for layer in layers]


def _places(layers, series, number, height):
    return [row + (number - (len(series) - 1) / 2) * height for row in range(len(layers))]


def _bars(layers, series, height=0.38):
    """Horizontal, the first layer at the top; a series is a name, a colour and a value for each layer."""
    figure, axes = plt.subplots(figsize=(7.5, 1.2 + 0.09 * len(layers) * (1 + len(series))), layout="constrained")
    for number, (name, colour, values) in enumerate(series):
        axes.barh(_places(layers, series, number, height), values, height * 0.9, label=name, color=colour)
    axes.set_yticks(range(len(layers)), _labels(layers))
    axes.set_ylim(len(layers) - 0.4, -0.6)
    axes.grid(axis="x", alpha=0.4)
    return figure, axes


def _save(figure, axes, path):
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def speedups(results, file, path):
    layers = results.files[file]
    series = []
    for mode, colour in (("exact", EXACT), ("calibrated", CALIBRATED)):
        timings = results.run(results.best_isa, mode)
        if timings:
            series.append((mode, colour, [timings[layer.shape].speedup for layer in layers]))
    figure, axes = _bars(layers, series)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel(f"speedup over oneDNN's direct convolution, {isa_name(results.best_isa)}, one thread; declined: 1")
    axes.set_title(file)
    _save(figure, axes, path)


def rooflines(results, file, path):
    """GMAC/s, and a mark at what the multiplies alone would allow."""
    layers, peaks = results.files[file], results.peaks
    exact, calibrated = (results.run(results.best_isa, mode) for mode in ("exact", "calibrated"))
    series, ceilings = [], []

    def add(name, colour, timings, milliseconds, of):
        series.append((name, colour, [layer.shape.macs * 1e-6 / milliseconds(timings[layer.shape])
                                      for layer in layers]))
        ceilings.append([of(timings[layer.shape]) for layer in layers])

    def of_direct(_):
        return peaks[results.best_isa]["s8"]

    def of_winodnn(timing):
        return of_direct(timing) if timing.declined else ceiling(timing.implementation, peaks)

    add("oneDNN direct", DIRECT, exact, lambda timing: timing.direct, of_direct)
    add("winodnn exact", EXACT, exact, lambda timing: timing.winodnn, of_winodnn)
    if calibrated:
        add("winodnn calibrated", CALIBRATED, calibrated, lambda timing: timing.winodnn, of_winodnn)
    height = 0.27
    figure, axes = _bars(layers, series, height)
    for number, values in enumerate(ceilings):
        axes.plot(values, _places(layers, series, number, height), linestyle="none", marker="|", markersize=7,
                  markeredgewidth=1.5, color="black", label="" if number else "ceiling of the bar beside it")
    axes.set_xlabel(f"effective GMAC/s, {isa_name(results.best_isa)}, one thread")
    axes.set_title(file)
    _save(figure, axes, path)


def scaling(results, path):
    shapes = [layer.shape for layer in results.files[results.scaling_file]]
    figure, axes = plt.subplots(figsize=(4.5, 3.5), layout="constrained")
    for name, colour, time in (("oneDNN direct", DIRECT, "direct"), ("winodnn exact", EXACT, "winodnn")):
        rates = [geomean(s.macs * 1e-6 / getattr(results.run(results.best_isa, "exact", threads)[s], time) for s in shapes)
                 for threads in results.threads]
        axes.plot(results.threads, rates, marker="o", color=colour, label=name)
        axes.plot(results.threads, [rates[0] * threads for threads in results.threads], color=colour, linestyle=":",
                  label="one thread's, multiplied")
    axes.set_xticks(results.threads)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("threads")
    axes.set_ylabel(f"GMAC/s, geomean of {results.scaling_file}")
    axes.grid(alpha=0.4)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
