"""The report in Markdown."""

import math
import textwrap

from results import geomean

DIRECT, WINODNN = "oneDNN direct", "winodnn"


def table(head, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]) + "\n"


def number(value, digits):
    """A question mark for what could not be trusted."""
    return "?" if math.isnan(value) else f"{value:.{digits}f}"


def ratio(value):
    return "" if value is None else number(value, 2)


def isa_name(isa):
    return {"avx2": "AVX2", "avx2_vnni": "AVX2-VNNI", "avx512_core": "AVX-512",
            "avx512_core_vnni": "AVX-512 VNNI"}[isa]


def head(results):
    machine, versions = results.machine, results.versions
    threads = results.threads[-1]
    lines = [
        f"- {machine['cpu']}, family {machine['family']} model {machine['model']} stepping {machine['stepping']}, "
        f"{machine['processors']} processor{'s' * (machine['processors'] > 1)} to run on, load before: "
        f"{machine['load_before']}",
        "- " + ", ".join(f"{name} {version}" for name, version in versions.items() if version),
        f"- {results.date}; one thread, but for the thread scaling" if threads > 1 else f"- {results.date}; one thread",
        "- s16's and s8's peak of multiply-accumulates, one thread, GMAC/s: " + ", ".join(
            f"{isa_name(isa)} {results.peaks[isa]['s16']:.0f} and {results.peaks[isa]['s8']:.0f}"
            for isa in results.isas)]
    if results.unknown_times:
        lines.append(f"- **Other programs ran on the same processors: {results.unknown_times} times could not be trusted. They have "
                     "question marks here, and means leave them out.**")
    if machine["amx"]:
        lines.append(f"- This CPU has AMX. winodnn leaves everything to it, so this is all at {isa_name(results.best_isa)}: "
                     "oneDNN, winodnn and OpenVINO are capped, ONNX Runtime cannot be. ncnn's int8 has no AMX.")
    return "\n".join(_wrapped(line) for line in lines) + "\n"


def _wrapped(item):
    """An item of a list, in lines of Markdown."""
    return textwrap.fill(item, 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def summary(results):
    calibrated = bool(results.run(results.best_isa, "calibrated"))
    columns = [(isa, "exact") for isa in reversed(results.isas)] + [(results.best_isa, "calibrated")] * calibrated
    columns = [column for column in columns if results.run(*column)]
    rows = []
    for file, layers in results.files.items():
        timings = results.run(results.best_isa, "exact")
        declined = sum(timings[layer.shape].declined for layer in layers)
        rows.append([file, str(len(layers)), str(declined)] + [ratio(results.geomean_of(file, *column)) for column in columns])
    return table(["layer file", "layers", "declined"] + [f"{isa_name(isa)}, {mode}" for isa, mode in columns], rows)


def layers_of(results, file):
    best, others = results.best_isa, [isa for isa in reversed(results.isas[:-1]) if results.run(isa, "exact")]
    exact, calibrated = results.run(best, "exact"), results.run(best, "calibrated")
    rows = []
    for layer in results.files[file]:
        timing, quick = exact[layer.shape], calibrated.get(layer.shape)
        row = [layer.name, layer.shape.text, str(layer.shape.mb), number(timing.direct, 3)]
        gmacs = layer.shape.macs * 1e-6
        if timing.declined:
            row += ["declined", "", number(gmacs / timing.direct, 0)]
        else:
            row += [number(timing.winodnn, 3), ratio(timing.speedup), number(gmacs / timing.winodnn, 0)]
        if not quick:
            row += [""] * 4
        elif quick.declined:
            row += ["declined", "", "", ""]
        else:
            row += [number(quick.winodnn, 3), ratio(quick.speedup), number(gmacs / quick.winodnn, 0), f"{quick.snr:.1f}"]
        rows.append(row + [_at(results.run(isa, "exact"), layer.shape) for isa in others])
    return table(["layer", "channels, pixels", "batch", "direct, ms", "exact, ms", "speedup", "GMAC/s", "calibrated, ms",
                  "speedup", "GMAC/s", "dB"] + [f"{isa_name(isa)}, exact: speedup" for isa in others], rows)


def _at(timings, shape):
    if shape not in timings:
        return ""
    return "declined" if timings[shape].declined else ratio(timings[shape].speedup)


def peer_names(results):
    """Of oneDNN and winodnn, then the peers."""
    names = [name for compared in results.peers.values() for name in [*compared["rates"], *compared["failures"]]]
    return list(dict.fromkeys([DIRECT, WINODNN, *names]))


def first_of(compared):
    """Who is fastest. A layer that winodnn declined is oneDNN's; where a time is not known, nobody is."""
    rates = {name: rate for name, rate in compared["rates"].items() if name != WINODNN or not compared["declined"]}
    return "?" if any(map(math.isnan, rates.values())) else max(rates, key=rates.get)


def peers_of(results, file):
    names = peer_names(results)
    layers = [layer for layer in results.files[file] if layer.shape in results.peers]
    rows = []
    for layer in layers:
        compared = results.peers[layer.shape]
        cells = [_rate(compared, name) for name in names]
        if compared["declined"]:
            cells[names.index(WINODNN)] = "declined"
        rows.append([layer.name, layer.shape.text, str(layer.shape.mb), *cells, first_of(compared)])
    means = [_advantage(results, layers, name) for name in names]
    rows.append(["**winodnn's speedup over it, geomean**", "", "", *map(ratio, means), ""])
    return table(["layer", "channels, pixels", "batch", *names, "first"], rows)


def _rate(compared, name):
    if name not in compared["rates"]:
        return "failed"
    which = compared["implementations"].get(name)
    return number(compared["rates"][name], 0) + (f" ({which})" if which else "")


def _advantage(results, layers, name):
    compared = [results.peers[layer.shape]["rates"] for layer in layers]
    both = [rates[WINODNN] / rates[name] for rates in compared if name in rates]
    return geomean(both) if both and name != WINODNN else None


def failures(results):
    """A line for each different one."""
    found = {}
    for shape, compared in results.peers.items():
        for name, why in compared["failures"].items():
            found.setdefault((name, why), []).append(shape.text)
    return "".join(f"- {name}, {len(shapes)} shape{'s' * (len(shapes) > 1)} ({shapes[0]} …): {why}\n"
                   for (name, why), shapes in found.items())


def scaling(results):
    """Over all layers of the scaling file, relative to one thread."""
    shapes = [layer.shape for layer in results.files[results.scaling_file]]
    one = results.run(results.best_isa, "exact")
    rows = []
    for threads in results.threads:
        several = results.run(results.best_isa, "exact", threads)
        rows.append([str(threads), ratio(geomean(one[s].direct / several[s].direct for s in shapes)),
                     ratio(geomean(one[s].winodnn / several[s].winodnn for s in shapes)),
                     ratio(geomean(several[s].speedup for s in shapes))])
    return table(["threads", "direct, over its one thread", "winodnn, over its one thread", "winodnn over direct"], rows)
