"""One convolution: its sizes, and how they are written."""

import dataclasses
import re

from .failure import Failure

LINE = re.compile(r'(?P<entries>(?:[a-z]+\d+_?)+)(?:n"(?P<name>[^"]*)")?')
ENTRY = re.compile(r"([a-z]+)(\d+)")
KNOWN = {"g", "mb", "ic", "oc", "ih", "iw", "oh", "ow", "kh", "kw", "ph", "pw", "sh", "sw", "dh", "dw"}


@dataclasses.dataclass(frozen=True)
class Layer:
    mb: int
    ic: int
    ih: int
    iw: int
    oc: int
    kh: int = 3
    kw: int = 3
    ph: int = 1 # in front; behind it is what oh and ow leave
    pw: int = 1
    sh: int = 1
    sw: int = 1
    dh: int = 0
    dw: int = 0
    g: int = 1
    oh: int = 0 # 0: from the padding, the same on both sides
    ow: int = 0

    def __post_init__(self):
        for out, size, kernel, pad, stride, dilation in (("oh", self.ih, self.kh, self.ph, self.sh, self.dh),
                                                         ("ow", self.iw, self.kw, self.pw, self.sw, self.dw)):
            reach = (kernel - 1) * (dilation + 1) + 1
            if getattr(self, out) == 0 and size + 2 * pad >= reach:
                object.__setattr__(self, out, (size + 2 * pad - reach) // stride + 1)
        if min(self.mb, self.ic, self.ih, self.iw, self.oc, self.kh, self.kw, self.sh, self.sw, self.g, self.oh,
               self.ow) < 1:
            raise Failure(f"{self.problem}: a size is not positive")
        if self.ic % self.g or self.oc % self.g:
            raise Failure(f"{self.problem}: the groups do not divide the channels")

    @property
    def problem(self):
        """As verbose output has it."""
        groups = f"g{self.g}" if self.g > 1 else ""
        return (f"mb{self.mb}_{groups}ic{self.ic}oc{self.oc}_ih{self.ih}oh{self.oh}kh{self.kh}sh{self.sh}dh{self.dh}"
                f"ph{self.ph}_iw{self.iw}ow{self.ow}kw{self.kw}sw{self.sw}dw{self.dw}pw{self.pw}")

    @property
    def macs(self):
        return self.mb * self.oc * self.oh * self.ow * self.ic // self.g * self.kh * self.kw

    @property
    def padding_behind(self):
        """Of rows and columns."""
        return tuple((out - 1) * stride + (kernel - 1) * (dilation + 1) + 1 - size - pad
                     for out, size, kernel, pad, stride, dilation in (
                         (self.oh, self.ih, self.kh, self.ph, self.sh, self.dh),
                         (self.ow, self.iw, self.kw, self.pw, self.sw, self.dw)))


def parse(text):
    """A problem of benchdnn's or of verbose output; what is not said of the width is as of the height."""
    match = LINE.fullmatch(text)
    if not match:
        raise Failure(f"{text}: is not a problem such as mb1ic64ih56oc64kh3ph1")
    entries = {name: int(value) for name, value in ENTRY.findall(match["entries"])}
    if unknown := entries.keys() - KNOWN:
        raise Failure(f"{text}: '{min(unknown)}' is not an entry of a 2-D convolution")
    if missing := {"ic", "oc", "ih", "kh"} - entries.keys():
        raise Failure(f"{text}: '{min(missing)}' is missing")
    if not any(name.endswith("w") for name in entries):
        entries |= {name[0] + "w": value for name, value in entries.items() if name.endswith("h")}
    elif missing := {"iw", "kw"} - entries.keys():
        raise Failure(f"{text}: '{min(missing)}' is missing")
    return Layer(**{"mb": 2, "ph": 0, "pw": 0} | entries) # benchdnn's batch is 2 if nothing is said


def read(path):
    """The layers of a file, a line each; empty lines and those that begin with # are comments."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: cannot be read: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            try:
                found.append(parse(line))
            except Failure as failure:
                raise Failure(f"{path}:{number}: {failure}") from failure
    if not found:
        raise Failure(f"{path}: has no layers")
    return found
