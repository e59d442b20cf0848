"""The whole of a picture enlarged with winodnn, in exact mode: tile by tile, in no more memory than a few tiles take."""

import numpy
from PIL import Image

import contenders
import png
import tiles
from super_resolution import FACTOR

TILE = (640, 360)  # width and height


def _strip_of_alpha(alpha, first, last):
    box = (0, first, alpha.width, last)
    strip = alpha.resize((FACTOR * alpha.width, FACTOR * (last - first)), Image.Resampling.BICUBIC, box)
    return numpy.asarray(strip)[:, :, None]


def _finish(picture, strip, first, last):
    """Colours as the picture has them: grey, or with transparency."""
    if picture.is_grey:
        strip = numpy.asarray(Image.fromarray(strip).convert("L"))[:, :, None]
    if picture.alpha is None:
        return strip
    if picture.is_grey:
        strip = strip.repeat(3, axis=2)
    return numpy.concatenate([strip, _strip_of_alpha(picture.alpha, first, last)], axis=2)


def strips(network, process, picture, tile, on_tile):
    """Rows from the top to the bottom, enlarged, and which of the picture's rows they are."""
    width, height = picture.size
    w, h = min(width, tile[0]), min(height, tile[1])
    columns, rows = tiles.spans(width, w, network.reach), tiles.spans(height, h, network.reach)
    for i, row in enumerate(rows):
        strip = numpy.empty((FACTOR * (row.last - row.first), FACTOR * width, 3), numpy.uint8)
        for j, column in enumerate(columns):
            on_tile((i * len(columns) + j) / (len(rows) * len(columns)))
            source = picture.rgb[row.start:row.start + h, column.start:column.start + w]
            enlarged = network.enlarge(process, numpy.ascontiguousarray(source))
            top, left = FACTOR * (row.first - row.start), FACTOR * (column.first - column.start)
            strip[:, FACTOR * column.first:FACTOR * column.last] = enlarged[
                top:top + strip.shape[0], left:left + FACTOR * (column.last - column.first)]
        yield _finish(picture, strip, row.first, row.last), row


def enlarge(network, picture, path, library, progress):
    exact = next(c for c in contenders.contenders(network.isa, library, network.calibration) if c.key == "winodnn-exact")
    width, height = picture.size
    channels = 4 if picture.alpha else 1 if picture.is_grey else 3
    with (network.running([exact], min(height, TILE[1]), min(width, TILE[0])) as (process,),
          png.Writer(path, FACTOR * width, FACTOR * height, channels) as writer):
        for strip, _ in strips(network, process, picture, TILE,
                               lambda share: progress.show(f"The whole picture, {FACTOR * width} x {FACTOR * height}",
                                                           0.9 + 0.1 * share)):
            writer.write(strip)
