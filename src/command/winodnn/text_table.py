"""Tables for terminals."""

import unicodedata


def width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(head, rows, right=()):
    """Columns as wide as what is in them; those whose heads are in `right` are flush right."""
    widths = [max(width(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells):
        padded = []
        for name, cell, most in zip(head, cells, widths):
            padding = " " * (most - width(cell))
            padded.append(padding + cell if name in right else cell + padding)
        return "  ".join(padded).rstrip()

    return "\n".join(line(cells) for cells in [head, *rows])


def milliseconds(value):
    if value is None:
        return "-"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"
