"""The layer files in bench/layers: stride-1 convolutions, one a line, in benchdnn's problem syntax."""

import dataclasses
import re

LINE = re.compile(r'(?P<entries>(?:[a-z]+\d+_?)+?)n"(?P<name>[^"]*)"')
ENTRY = re.compile(r"([a-z]+)(\d+)")
KNOWN = {"mb", "ic", "oc", "ih", "iw", "oh", "ow", "kh", "kw", "dh", "dw", "ph", "pw"}


class BadLayer(ValueError):
    pass


@dataclasses.dataclass(frozen=True)
class Shape:
    mb: int
    ic: int
    oc: int
    ih: int
    iw: int
    kh: int
    kw: int
    ph: int
    pw: int
    dh: int = 0  # as oneDNN counts: 0 is none
    dw: int = 0

    @property
    def oh(self):
        return self.ih + 2 * self.ph - (self.kh - 1) * (self.dh + 1)

    @property
    def ow(self):
        return self.iw + 2 * self.pw - (self.kw - 1) * (self.dw + 1)

    @property
    def macs(self):
        return self.mb * self.oc * self.oh * self.ow * self.ic * self.kh * self.kw

    @property
    def text(self):
        kernel = "" if (self.kh, self.kw) == (3, 3) else f", {self.kh}x{self.kw}"
        dilation = f", dilation {self.dh + 1}" if self.dh or self.dw else ""
        same = (self.kh // 2 * (self.dh + 1), self.kw // 2 * (self.dw + 1))
        padding = "" if (self.ph, self.pw) == same else ", unpadded"
        return f"{self.ic} → {self.oc}, {self.ih}x{self.iw}{kernel}{dilation}{padding}"

    def line(self, name):
        dilation = f"dh{self.dh}dw{self.dw}" if self.dh or self.dw else ""
        return (f"mb{self.mb}ic{self.ic}ih{self.ih}iw{self.iw}oc{self.oc}oh{self.oh}ow{self.ow}"
                f'kh{self.kh}kw{self.kw}{dilation}ph{self.ph}pw{self.pw}n"{name}"')


@dataclasses.dataclass(frozen=True)
class Layer:
    name: str
    shape: Shape


def parse(text):
    match = LINE.fullmatch(text)
    if not match:
        raise BadLayer(f"{text}: not entries and a quoted name")
    entries = {key: int(value) for key, value in ENTRY.findall(match["entries"])}
    if unknown := entries.keys() - KNOWN:
        raise BadLayer(f"{text}: '{min(unknown)}' is not an entry that the suite knows")
    if missing := {"mb", "ic", "oc", "ih", "kh"} - entries.keys():
        raise BadLayer(f"{text}: '{min(missing)}' is missing")
    # As in benchdnn: what is not said of the width is as of the height, if nothing is said of the width.
    if not entries.keys() & {"iw", "kw", "ow", "dw", "pw"}:
        entries |= {"iw": entries["ih"], "kw": entries["kh"], "dw": entries.get("dh", 0), "pw": entries.get("ph", 0)}
    elif missing := {"iw", "kw"} - entries.keys():
        raise BadLayer(f"{text}: '{min(missing)}' is missing")
    shape = Shape(**{f.name: entries.get(f.name, 0) for f in dataclasses.fields(Shape)})
    for side in ("oh", "ow"):
        if entries.get(side, getattr(shape, side)) != getattr(shape, side) or getattr(shape, side) < 1:
            raise BadLayer(f"{text}: '{side}' does not follow from input, kernel and padding")
    return Layer(match["name"], shape)


def read(path):
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    found = [parse(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise BadLayer(f"{path}: has no layers")
    return found


def unique_shapes(files):
    """Of all files, in order of appearance: a shape that several have is measured once."""
    return list(dict.fromkeys(layer.shape for layers in files.values() for layer in layers))
