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


# Pieces that no tile is like, by outputs along h and w; of symbolic Fourier convolutions the whole tile as well. Their
# pieces of 2x2 are F(2x2), but for signs.
PIECES = {"sfc6x6": [(6, 6), (6, 4), (4, 6), (6, 2), (2, 6), (4, 4), (4, 2), (2, 4)],
          "sfc4x4": [(4, 4), (4, 3), (3, 4), (4, 2), (2, 4), (3, 3), (3, 2), (2, 3)],
          "f4x4h": [(4, 2), (2, 4), (4, 3), (3, 4)]}
SFC_ORDERS = {"sfc6x6": 6, "sfc4x4": 4}


def power(order, exponent):
    """Of a root of unity w, as a + b w; w^2 = w - 1 or, of order 4, w^2 = -1."""
    a, b = 1, 0
    for _ in range(exponent % order):
        a, b = (-b, a) if order == 4 else (-b, a + b)
    return numpy.array([a, b])


def cycle(order, outputs):
    """Points of the cycle, its first input, and the differences that corrections take."""
    points, first = {6: {6: (6, 1), 4: (6, 0), 2: (2, 1)}, 4: {4: (4, 1), 3: (4, 0), 2: (2, 1)}}[order][outputs]
    unit = numpy.eye(outputs + 2, dtype=int)
    outside = [t for t in range(outputs + 2) if not first <= t < first + points]
    return points, first, [unit[t] - unit[first + (t - first) % points] for t in outside]


def sfc_forms(order, outputs):
    """One matrix of coefficients for each component, in no particular order."""
    (rows, top, row_fixes), (cols, left, col_fixes) = (cycle(order, along) for along in outputs)

    def frequencies(points, first, length):
        """A vector of symbols, length x 2, for each frequency."""
        found = []
        for f in range(points):
            symbols = numpy.zeros((length, 2), dtype=int)
            for i in range(points):
                symbols[first + i] = power(order, f * i * (order // points))
            found.append(symbols)
        return found

    def multiply(x, y):
        a, b = x[..., 0] * y[..., 0], x[..., 1] * y[..., 1]
        mixed = x[..., 0] * y[..., 1] + x[..., 1] * y[..., 0]
        return numpy.stack([a - b, mixed if order == 4 else mixed + b], axis=-1)

    down, across = frequencies(rows, top, outputs[0] + 2), frequencies(cols, left, outputs[1] + 2)

    def forms(symbols, is_number):
        a, b = symbols[..., 0], symbols[..., 1]
        return [a] if is_number else [a, b, a - b if order == 4 else a + b]

    found = []
    for f in range(rows):
        for g in range(cols):
            conjugate = (-f % rows, -g % cols)
            if conjugate >= (f, g):
                found += forms(multiply(down[f][:, None], across[g][None]), conjugate == (f, g))
    for fix in row_fixes:
        for g in range(cols // 2 + 1):
            found += forms(fix[:, None, None] * across[g][None], g in (0, cols // 2))
        found += [numpy.outer(fix, other) for other in col_fixes]
    for fix in col_fixes:
        for f in range(rows // 2 + 1):
            found += forms(down[f][:, None] * fix[None, :, None], f in (0, rows // 2))
    return found


def step(outputs):
    return outputs if outputs in (3, 6) else 4


def offsets(outputs):
    """Where tiles of two outputs lie among four."""
    return [0, 2] if outputs == 2 else [0]


def patches(source, outputs, inputs):
    padded = numpy.pad(source.astype(int), ((PAD, 8), (PAD, 8), (0, 0)))
    for top in range(0, PIXELS, step(outputs[0])):
        for left in range(0, PIXELS, step(outputs[1])):
            for h in offsets(outputs[0]):
                for w in offsets(outputs[1]):
                    yield padded[top + h:top + h + inputs[0], left + w:left + w + inputs[1]]


def sfc_components(order, outputs, source):
    """All values of V of each component, of which only up to the sign is known."""
    forms = numpy.array(sfc_forms(order, outputs))
    of_tiles = [numpy.einsum("khw,hwc->kc", forms, patch)
                for patch in patches(source, outputs, (outputs[0] + 2, outputs[1] + 2))]
    return list(numpy.sort(numpy.concatenate(of_tiles, axis=1), axis=1))


def piece_components(name, outputs, source):
    if name in SFC_ORDERS:
        return sfc_components(SFC_ORDERS[name], outputs, source)
    return components(tuple("4h" if along == 4 else along for along in outputs), source)


def in_order_of(found, values):
    """The values whose lowest and highest one each component of the file has, or has with the other sign."""
    left, ordered = list(values), []
    for component in found:
        for index, candidate in enumerate(left):
            for signed in (candidate, -candidate[::-1]):
                full = (min(0, signed[0]), max(0, signed[-1]))
                if close(component["low"], full[0]) and close(component["high"], full[1]):
                    break
            else:
                continue
            ordered.append(signed)
            del left[index]
            break
        else:
            raise AssertionError(f"{component} is no component's range")
    return ordered


def components(along, source):
    """Component -> all values of V that the tiles have."""
    rows, cols = (input_transform(which) for which in along)
    values = {}
    for patch in patches(source, along, (rows.shape[1], cols.shape[1])):
        v = numpy.einsum("ah,hwc,bw->abc", rows, patch, cols)
        for a in range(v.shape[0]):
            for b in range(v.shape[1]):
                key = (0 if along[0] is None else a, 0 if along[1] is None else b)
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


def check(choice, name, found, wanted):
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
            elif isinstance(name, str) or index % 4 == 0:  # the search takes long: of pieces some
                factors = numpy.arange(1, 0.2, -0.04)
                best = min(error(values, a * full[0], b * full[1], limit) for a in factors for b in factors)
                mine = error(values, *range_, limit)
                # Of pieces, less than what steps of one would leave of numbers between whole ones decides nothing.
                slack = 0.01 if isinstance(name, str) else 0.04
                assert mine <= 1.05 * best + slack, f"{where}: error {mine} where {best} can be had"


def main(probe, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([probe, folder], check=True)
    source = numpy.fromfile(folder / "source.u8", dtype=numpy.uint8).reshape(PIXELS, PIXELS, IC)
    checked = 0
    wanted = {name: components(along, source) for name, along in TILES.items()}
    for choice in ("max", "percentile", "mse", "global"):
        (layer,) = json.loads((folder / f"{choice}.json").read_text())["layers"]
        assert layer["samples"] == (PIXELS // 4) ** 2
        seen = []
        for tile in layer["tiles"]:
            name = tile["tile"]
            whole = 6 if name == "sfc6x6" else 4
            outputs = (tile.get("rows", whole), tile.get("cols", whole))
            if "rows" in tile or name not in TILES:
                assert outputs in PIECES[name], (name, outputs)
                if choice == "max":
                    values = piece_components(name, outputs, source)
                    wanted[name, outputs] = in_order_of(tile["components"], values)
                name = (name, outputs)
            seen.append(name)
            check(choice, name, tile["components"], wanted[name])
            checked += len(tile["components"])
        assert len(seen) == len(set(seen)) and set(seen) == wanted.keys(), seen
        assert len(seen) == len(TILES) + sum(map(len, PIECES.values()))
    print(f"{checked} components reproduced")


if __name__ == "__main__":
    main(*sys.argv[1:])
