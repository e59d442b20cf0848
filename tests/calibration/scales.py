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


def largest_of(forms, outputs, source, inputs):
    """|V| that is largest in each tile, of all channels: tiles x components. Signs do not matter."""
    return numpy.array([numpy.abs(numpy.einsum("khw,hwc->kc", forms, patch)).max(axis=1)
                        for patch in patches(source, outputs, inputs)])


def sfc_largest(order, outputs, source):
    return largest_of(numpy.array(sfc_forms(order, outputs)), outputs, source, (outputs[0] + 2, outputs[1] + 2))


def piece_largest(name, outputs, source):
    if name in SFC_ORDERS:
        return sfc_largest(SFC_ORDERS[name], outputs, source)
    return largest(tuple("4h" if along == 4 else along for along in outputs), source)


def largest(along, source):
    """Tiles x components. Along a direct dimension all lines of a tile are one component's."""
    rows, cols = (input_transform(which) for which in along)
    tiles = []
    for patch in patches(source, along, (rows.shape[1], cols.shape[1])):
        v = numpy.abs(numpy.einsum("ah,hwc,bw->abc", rows, patch, cols)).max(axis=2)
        if along[0] is None:
            v = v.max(axis=0, keepdims=True)
        if along[1] is None:
            v = v.max(axis=1, keepdims=True)
        tiles.append(v.ravel())
    return numpy.array(tiles)


def close(a, b):
    return numpy.allclose(a, b, rtol=1e-5, atol=0)  # files have six digits


def noise_of(ranges, tiles, noise_of_ranges):
    """Each tile's ranges are widened by one factor until they cover it."""
    return (noise_of_ranges * ranges ** 2).sum() * ((tiles / ranges).max(axis=1) ** 2).mean()


def least_noise(tiles, noise_of_ranges):
    """By another way than winodnn's: random changes of all ranges at once that are kept if they are better."""
    random = numpy.random.default_rng(1)
    best = numpy.sqrt((tiles ** 2).mean(axis=0)) + 0.5
    least = noise_of(best, tiles, noise_of_ranges)
    for width in (0.3, 0.1, 0.03):
        for _ in range(1500):
            tried = best * numpy.exp(width * random.standard_normal(len(best)) * (random.random(len(best)) < 0.2))
            if (noise := noise_of(tried, tiles, noise_of_ranges)) < least:
                best, least = tried, noise
    return least


def check(choice, name, components, tiles, noise_of_ranges):
    assert len(components) == tiles.shape[1], f"{name}: {len(components)} components instead of {tiles.shape[1]}"
    found = numpy.array([component["range"] for component in components])
    where = f"{choice} {name}: {found}"
    full = numpy.maximum(tiles.max(axis=0), 0.5)
    # Of symbolic Fourier convolutions, and of pieces, the order of components is not known.
    if choice == "max":
        assert close(numpy.sort(found), numpy.sort(full)), f"{where} instead of {full}"
    elif choice == "global":
        assert close(found, full.max()), f"{where} instead of {full.max()}"
    elif choice == "percentile":
        descending = -numpy.sort(-tiles, axis=0)
        cut = numpy.maximum(descending[int(0.01 * len(tiles))], 0.5)
        assert close(numpy.sort(found), numpy.sort(cut)), f"{where} instead of {cut}"
    elif name in TILES:
        best = least_noise(tiles, noise_of_ranges)
        assert noise_of(found, tiles, noise_of_ranges) <= 1.05 * best, f"{where} is noisier than can be"


def main(probe, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([probe, folder], check=True)
    source = numpy.fromfile(folder / "source.u8", dtype=numpy.uint8).reshape(PIXELS, PIXELS, IC)
    checked = 0
    noise = {name: numpy.array(values) for name, values in json.loads((folder / "noise.json").read_text()).items()}
    wanted = {name: largest(along, source) for name, along in TILES.items()}
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
                    wanted[name, outputs] = piece_largest(name, outputs, source)
                name = (name, outputs)
            seen.append(name)
            check(choice, name, tile["components"], wanted[name], noise.get(name))
            checked += len(tile["components"])
        assert len(seen) == len(set(seen)) and set(seen) == wanted.keys(), seen
        assert len(seen) == len(TILES) + sum(map(len, PIECES.values()))
    print(f"{checked} components reproduced")


if __name__ == "__main__":
    main(*sys.argv[1:])
