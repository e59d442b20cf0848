"""The lines that oneDNN and winodnn print when they are asked to be verbose."""

import dataclasses
import re

PREFIX = re.compile(rb"(?:winodnn|onednn|dnnl)_verbose,") # the last is of oneDNN v1 and early v2
BEFORE_EVENT = re.compile(r"v\d+|[0-9.]+|primitive") # the format's version, a time stamp, since v3.3 the component
TENSOR = re.compile(r"\b(src|wei|bia|dst)[_:]([a-z0-9]+):")
POST_OPS = re.compile(r"attr-post-ops:(\S*)")


@dataclasses.dataclass(frozen=True)
class Layer:
    """What convolutions have to have in common to be compared: oneDNN's words and winodnn's are the same for these."""
    problem: str # mb1_ic64oc64_ih56oh56kh3sh1dh0ph1_iw56ow56kw3sw1dw0pw1
    source: str
    destination: str
    post_ops: tuple


@dataclasses.dataclass(frozen=True)
class Info:
    speaker: str
    text: str # "oneDNN v3.2.0 (commit 4011...)"


@dataclasses.dataclass(frozen=True)
class Execution:
    speaker: str # winodnn or onednn
    primitive: str
    implementation: str
    layer: Layer # of convolutions, else None
    milliseconds: float


@dataclasses.dataclass(frozen=True)
class Choice:
    """How winodnn would compute a layer with these weights."""
    problem: str
    weights: str # their identity in a calibration; "any" are those that are in none
    tile: str
    numbers: str # s16, or s8 where they are calibrated
    components: int # of the tile, and how many of them are in 16 bits; of s8
    wide: int
    snr: float # dB, of s8
    speedup: float # predicted, over direct convolution


@dataclasses.dataclass(frozen=True)
class Decline:
    problem: str
    reason: str


def split(line):
    """What the program itself wrote in front of a verbose line, and that line; the latter is None if there is none.
    Programs and libraries write to the same stdout, not always in whole lines."""
    match = PREFIX.search(line)
    if match is None:
        return line, None
    return line[:match.start()], line[match.start():].decode(errors="replace").rstrip("\n")


def parse(line):
    """Info, Execution, Decline, Choice, or None for lines that say something else."""
    speaker, _, rest = line.partition("_verbose,")
    speaker = "winodnn" if speaker == "winodnn" else "onednn"
    fields = rest.split(",")
    while fields and BEFORE_EVENT.fullmatch(fields[0]):
        del fields[0]
    event, *rest = fields or [""]
    if event == "info":
        return Info(speaker, ",".join(rest))
    if event == "exec":
        return execution(speaker, rest)
    if event == "create:decline" and len(rest) >= 4:
        _, _, problem, *reason = rest
        return Decline(problem, ",".join(reason))
    if event == "create:choice" and len(rest) == 4:
        return choice(rest[2], dict(item.split(":", 1) for item in rest[3].split("+")))
    return None


def choice(problem, found):
    return Choice(problem, found["weights"], found["tile"], found["numbers"], int(found.get("components", 0)),
                  int(found.get("wide", 0)), float(found.get("snr", "inf")), float(found["speedup"]))


def execution(speaker, fields):
    try:
        _, primitive, implementation, _, tensors, attributes, _, problem, milliseconds, *_ = fields
        time = float(milliseconds)
    except ValueError:
        return None
    if primitive != "convolution":
        return Execution(speaker, primitive, implementation, None, time)
    types = dict(TENSOR.findall(tensors))
    post_ops = POST_OPS.search(attributes)
    # Their names only: how their numbers and operands are written differs from version to version.
    names = tuple(item.split(":")[0] for item in post_ops[1].split("+") if item) if post_ops else ()
    return Execution(speaker, primitive, implementation,
                     Layer(problem, types.get("src", "?"), types.get("dst", "?"), names), time)
