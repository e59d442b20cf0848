"""What is known of a contender in the end, and the table of all."""

import dataclasses
import math

import numpy


@dataclasses.dataclass
class Result:
    key: str
    title: str
    file: str
    implementations: list  # of the steps, with "op" and "implementation"; empty for ncnn
    decibels: float  # against oneDNN's f32, of the pictures' bytes; infinite if they are equal
    differing_bytes: int | None  # from int8 by oneDNN; None for what is not int8
    isa: str = ""
    seconds: float | None = None
    is_confirmed: bool = False
    step_seconds: list = dataclasses.field(default_factory=list)

    @property
    def convolutions(self):
        return [step for step in self.implementations if step["op"] == "convolution"]

    @property
    def taken_over(self):
        return [step for step in self.convolutions if step["implementation"].startswith("wino:")]

    @property
    def share_taken_over(self):
        """Of the frame's time; None if that is not known."""
        if not self.seconds:
            return None
        return sum(seconds for step, seconds in zip(self.implementations, self.step_seconds)
                   if step["implementation"].startswith("wino:")) / self.seconds


def decibels(actual, expected):
    """Peak signal to noise, of bytes."""
    error = numpy.mean((actual.astype(numpy.float64) - expected) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255 ** 2 / error)


HEAD = ("", "ms a frame", "frames a second", "taken over by winodnn", "dB against f32", "bytes that differ")


def cells(result):
    """A row of the table, as text. Times that cannot be trusted are not shown."""
    known = result.seconds is not None and result.is_confirmed
    taken = ""
    if result.taken_over:
        taken = f"{len(result.taken_over)} of {len(result.convolutions)} convolutions"
        if known:
            taken += f", {result.share_taken_over:.0%} of the time"
    return (result.title, f"{result.seconds * 1e3:.1f}" if known else "not known",
            f"{1 / result.seconds:.1f}" if known else "", taken,
            "same" if math.isinf(result.decibels) else f"{result.decibels:.1f}",
            "" if result.differing_bytes is None else f"{result.differing_bytes:,}" if result.differing_bytes else "none")


def aligned(rows, sides):
    """Text of columns that are aligned to the left, <, or to the right, >."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths)).rstrip()
                     for row in rows)


def table(results):
    return aligned([HEAD, *map(cells, results)], "<>><>>")


def as_json(result):
    return {"key": result.key, "title": result.title, "ms": result.seconds and result.seconds * 1e3,
            "confirmed": result.is_confirmed, "taken_over": len(result.taken_over), "convolutions": len(result.convolutions),
            "decibels": None if math.isinf(result.decibels) else result.decibels, "differing_bytes": result.differing_bytes}


def conclusion(results):
    """Sentences that say what the figures mean; whether that is as it should be."""
    by_key = {r.key: r for r in results}
    said, is_right = [], True
    exact, onednn = by_key["winodnn-exact"], by_key["onednn"]
    if not exact.taken_over:
        said.append("winodnn left every convolution to oneDNN; WINODNN_VERBOSE=2 tells why.")
    elif exact.differing_bytes == 0:
        said.append("winodnn's exact picture is oneDNN's int8 picture, byte for byte.")
    elif "vnni" in onednn.isa or onednn.isa.startswith("avx512_core_"):
        said.append(f"{exact.differing_bytes} bytes of winodnn's exact picture differ from oneDNN's: that is a defect.")
        is_right = False
    else:
        said.append(f"Without VNNI oneDNN's sums of 8-bit products saturate: winodnn's exact picture is "
                    f"{exact.decibels - onednn.decibels:.1f} dB nearer to f32.")
    if avx2 := by_key.get("winodnn-exact-avx2"):
        plain = by_key["onednn-avx2"]
        same = "the same bytes as with VNNI" if avx2.differing_bytes == 0 else "not the bytes that it has with VNNI"
        said.append(f"On a machine that has no more than AVX2, oneDNN's int8 saturates: {plain.decibels:.1f} dB. winodnn's "
                    f"exact picture has {same}: {avx2.decibels:.1f} dB.")
    for faster, slower in (("winodnn-exact", "onednn"), ("winodnn-exact", "ncnn-f32"), ("winodnn-calibrated", "onednn"),
                           ("winodnn-exact-avx2", "onednn-avx2")):
        a, b = by_key.get(faster), by_key.get(slower)
        if a and b and a.is_confirmed and b.is_confirmed:
            said.append(f"{a.title}: {b.seconds / a.seconds:.2f} times as fast as {b.title}.")
    return said, is_right
