"""One picture with the same detail of every picture in it."""

import numpy
from PIL import Image, ImageDraw, ImageFont

import figures

SIDE = 64  # of the detail, in pixels before they are enlarged
SCALE = 1  # of the enlarged pixels
COLUMNS = 4
GAP, CAPTION = 8, 34


def most_different(one, other, factor):
    """Where a detail shows the most of what tells two enlarged pictures apart: left and top, before enlarging."""
    difference = numpy.abs(one.astype(numpy.int32) - other).sum(axis=2)
    height, width = (size // factor for size in difference.shape)
    # One sum for each pixel before enlarging, then of all details by an integral image.
    blocks = difference.reshape(height, factor, width, factor).sum(axis=(1, 3))
    sums = numpy.pad(blocks.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    h, w = min(SIDE, height), min(SIDE, width)
    details = sums[h:, w:] - sums[:-h, w:] - sums[h:, :-w] + sums[:-h, :-w]
    top, left = numpy.unravel_index(details.argmax(), details.shape)
    return int(left), int(top)


def contact_sheet(pictures, corner, factor):
    """`pictures`: captions of two lines and arrays."""
    left, top = (factor * at for at in corner)
    height, width = (min(factor * SIDE, size) for size in pictures[0][1].shape[:2])
    rows = -(-len(pictures) // COLUMNS)
    cell = (max(width, factor * SIDE) + GAP, height + CAPTION + GAP)
    sheet = Image.new("RGB", (COLUMNS * cell[0] + GAP, rows * cell[1] + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    for i, (caption, array) in enumerate(pictures):
        x, y = GAP + i % COLUMNS * cell[0], GAP + i // COLUMNS * cell[1]
        draw.multiline_text((x, y), caption, fill="black", font=font, spacing=2)
        sheet.paste(Image.fromarray(array[top:top + height, left:left + width]), (x, y + CAPTION))
    return sheet


def caption(result):
    ms, decibels = figures.cells(result)[1], figures.cells(result)[4]
    time = f"{ms} ms" if result.is_confirmed else "time not known"
    return f"{result.title}\n{time}, {decibels}{'' if decibels == 'same' else ' dB'}"
