"""Horizontal bars as SVG, one group a row: a picture that needs nothing to be drawn with."""

import html
import math

WIDTH, LABEL_WIDTH, VALUE_WIDTH = 900, 330, 110
BAR, GAP, LEGEND = 12, 8, 30
COLOURS = ("#9aa5b1", "#2a6f97", "#bc4b51")


def chart(groups, series, value_text, reference=None):
    """groups: (label, values), one value for each of the series, or None. reference: a value to draw a line at."""
    most = max([value for _, values in groups for value in values if value is not None] + [reference or 0]) or 1
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / most
    group_height = BAR * len(series) + GAP
    height = LEGEND + group_height * len(groups) + GAP
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
             'font-family="sans-serif" font-size="11" role="img">']
    for number, name in enumerate(series):
        x = LABEL_WIDTH + 150 * number
        parts.append(f'<rect x="{x}" y="8" width="10" height="10" fill="{COLOURS[number]}"/>'
                     f'<text x="{x + 15}" y="17">{html.escape(name)}</text>')
    y = LEGEND
    for label, values in groups:
        middle = y + BAR * len(series) / 2 + 4
        parts.append(f'<text x="{LABEL_WIDTH - 8}" y="{middle}" text-anchor="end">{html.escape(label)}</text>')
        for number, value in enumerate(values):
            if value is None:
                continue
            top = y + BAR * number
            parts.append(f'<rect x="{LABEL_WIDTH}" y="{top}" width="{value * scale:.1f}" height="{BAR - 1}" '
                         f'fill="{COLOURS[number]}"/>'
                         f'<text x="{LABEL_WIDTH + value * scale + 5:.1f}" y="{top + BAR - 2}">{value_text(value)}</text>')
        y += group_height
    if reference is not None:
        x = LABEL_WIDTH + reference * scale
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{LEGEND - 4}" y2="{height - GAP}" stroke="#333" '
                     'stroke-dasharray="3 3"/>')
    return "\n".join([*parts, "</svg>"])


def squares(values, columns):
    """A map of values, on a logarithmic scale: the larger, the darker."""
    side = 26
    logarithms = [math.log10(max(value, 1e-12)) for value in values]
    low, high = min(logarithms), max(logarithms)
    rows = -(-len(values) // columns)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{side * columns}" height="{side * rows}" role="img">']
    for number, value in enumerate(logarithms):
        shade = 1 - 0.85 * ((value - low) / (high - low) if high > low else 0)
        parts.append(f'<rect x="{side * (number % columns)}" y="{side * (number // columns)}" width="{side - 2}" '
                     f'height="{side - 2}" fill="hsl(205, 60%, {100 * shade * 0.9:.0f}%)"/>')
    return "\n".join([*parts, "</svg>"])
