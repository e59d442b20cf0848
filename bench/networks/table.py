"""The demo's table: a row for each layer as it finishes, and the totals."""

import dataclasses

WIDTHS = (14, 30, 9, 30, 9, 8, 9, 8, 9)


@dataclasses.dataclass
class Row:
    name: str
    is_listed: bool  # a 3x3 convolution of the kind that is compared layer by layer
    onednn: str
    onednn_seconds: float
    winodnn: str
    winodnn_seconds: float
    differing_bytes: int
    nonzero: float
    saturated: float

    @property
    def is_taken_over(self):
        return self.winodnn.startswith("wino:")


def _print_cells(*cells):
    # Text to the left, numbers to the right.
    sides = "<<><>>>>>"
    aligned = (f"{cell:{side}{width}}" for cell, side, width in zip(cells, sides, WIDTHS))
    print("  ".join(aligned).rstrip(), flush=True)


def print_head():
    _print_cells("layer", "oneDNN", "ms", "winodnn", "ms", "speedup", "differing", "nonzero", "saturated")
    _print_cells("", "", "", "", "", "", "bytes", "outputs", "outputs")


def _print_times(name, onednn, onednn_seconds, winodnn, winodnn_seconds, *rest):
    _print_cells(name, onednn, f"{onednn_seconds * 1e3:.3f}", winodnn, f"{winodnn_seconds * 1e3:.3f}",
                 f"{onednn_seconds / winodnn_seconds:.2f}", *rest)


def print_row(row):
    plan = row.winodnn if row.is_taken_over else "left to oneDNN"
    _print_times(row.name, row.onednn, row.onednn_seconds, plan, row.winodnn_seconds,
                 row.differing_bytes, f"{row.nonzero:.1%}", f"{row.saturated:.2%}")


def print_total(what, rows):
    taken_over = sum(row.is_taken_over for row in rows)
    _print_times("total", what, sum(row.onednn_seconds for row in rows), f"{taken_over} taken over",
                 sum(row.winodnn_seconds for row in rows), sum(row.differing_bytes for row in rows))
