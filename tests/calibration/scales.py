"""Reproduces the calibrated ranges with numpy, from the definition: scales.py PROBE FOLDER

Winograd's input transform is written out here once more, in fractions, so that nothing is taken from winodnn's code.
"""

import json
import pathlib
import subprocess
import sys
from fractions import Fraction

import numpy

IC, PIXELS, PAD = 24, 20, 1
POINTS = {2: [0, 1, -1], 3: [0, 1, -1, 2], 4: [0, 1, -1, 2, -2], "4h": [0, 1, -1, 2, Fraction(-1, 2)]}
# Along h and w; None: no transform, of four outputs.
TILES = {"f2x2": (2, 2), "f2x3": (2, 3), "f3x2": (3, 2), "f2x4": (2, 4), "f4x2": (4, 2), "f3x3": (3, 3), "f3x4": (3, 4),
         "f4x3": (4, 3), "f4x4": (4, 4), "f4x4h": ("4h", "4h"),
         "f1x2": (None, 2), "f1x3": (None, 3), "f1x4": (None, 4), "f1x4h": (None, "4h"),
         "f2x1": (2, None), "f3x1": (3, None), "f4x1": (4, None), "f4x1h": ("4h", None)}


def input_transform(which):
    if which is None:
        return numpy.eye(6, dtype=int)
    points = [Fraction(p) for p in POINTS[which]]
    rows = []
    for skipped in [*range(len(points)), None]:
        polynomial = [Fraction(1)]
        for index, point in enumerate(points):
            if index != skipped:
                polynomial = [b - point * a for a, b in zip(polynomial + [0], [0] + polynomial)]
        denominator = numpy.lcm.reduce([c.denominator for c in polynomial])
        row = [int(c * denominator) for c in polynomial]
        rows.append(row + [0] * (len(points) + 1 - len(row)))
    return numpy.array(rows)


def step(which):
    return 3 if which == 3 else 4


def offsets(which):
    """Where tiles of two outputs lie among four."""
    return [0, 2] if which == 2 else [0]


def components(name, source):
    """Component -> all values of V that the tiles have."""
    rows, cols = (input_transform(which) for which in TILES[name])
    padded = numpy.pad(source.astype(int), ((PAD, 6), (PAD, 6), (0, 0)))
    values = {}
    for top in range(0, PIXELS, step(TILES[name][0])):
        for left in range(0, PIXELS, step(TILES[name][1])):
            for h in offsets(TILES[name][0]):
                for w in offsets(TILES[name][1]):
                    patch = padded[top + h:top + h + rows.shape[1], left + w:left + w + cols.shape[1]]
                    v = numpy.einsum("ah,hwc,bw->abc", rows, patch, cols)
                    for a in range(v.shape[0]):
                        for b in range(v.shape[1]):
                            key = (0 if TILES[name][0] is None else a, 0 if TILES[name][1] is None else b)
                            values.setdefault(key, []).append(v[a, b])
    return [numpy.sort(numpy.concatenate(values[key])) for key in sorted(values)]


def error(values, low, high, limit):
    step = max(1.0, (high - low) / limit)
    multiplier = max(1, min(32767, round(32768 / step)))
    step = 1.0 if multiplier == 32767 else 32768 / multiplier
    zero_point = min(max(round(-low / step), 0), limit)
    quantized = numpy.clip((values * multiplier + (1 << 14) >> 15) + zero_point, 0, limit)
    return numpy.mean((values - step * (quantized - zero_point)) ** 2)


def close(a, b):
    return abs(a - b) <= 1e-5 * max(1, abs(a), abs(b))  # files have six digits


def check(choice, name, found, source):
    wanted = components(name, source)
    lowest, highest = min(0, min(v[0] for v in wanted)), max(0, max(v[-1] for v in wanted))
    assert len(found) == len(wanted), f"{name}: {len(found)} components instead of {len(wanted)}"
    for index, (component, values) in enumerate(zip(found, wanted)):
        where = f"{choice} {name} component {index}"
        full = (min(0, values[0]), max(0, values[-1]))
        for low, high, limit in (("low", "high", 255), ("low7", "high7", 127)):
            range_ = (component[low], component[high])
            if choice == "max":
                assert all(map(close, range_, full)), f"{where}: {range_} instead of {full}"
            elif choice == "global":
                assert all(map(close, range_, (lowest, highest))), f"{where}: {range_}"
            elif choice == "percentile":
                cut = int(1e-4 * len(values))
                expected = (min(0, values[cut]), max(0, values[-1 - cut]))
                assert all(map(close, range_, expected)), f"{where}: {range_} instead of {expected}"
            else:
                factors = numpy.arange(1, 0.2, -0.04)
                best = min(error(values, a * full[0], b * full[1], limit) for a in factors for b in factors)
                mine = error(values, *range_, limit)
                assert mine <= 1.05 * best + 0.01, f"{where}: error {mine} where {best} can be had"


def main(probe, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([probe, folder], check=True)
    source = numpy.fromfile(folder / "source.u8", dtype=numpy.uint8).reshape(PIXELS, PIXELS, IC)
    checked = 0
    for choice in ("max", "percentile", "mse", "global"):
        (layer,) = json.loads((folder / f"{choice}.json").read_text())["layers"]
        assert layer["samples"] == (PIXELS // 4) ** 2
        assert {tile["tile"] for tile in layer["tiles"]} == TILES.keys()
        for tile in layer["tiles"]:
            check(choice, tile["tile"], tile["components"], source)
            checked += len(tile["components"])
    print(f"{checked} components reproduced")


if __name__ == "__main__":
    main(*sys.argv[1:])
