"""What a calibration file makes of each layer on this machine: winodnn itself is asked."""

import dataclasses
import math
import re

from . import bar_chart, calibration_file, find_onednn, html_page, onednn_tasks, shape, text_table, verbose_lines
from .failure import Failure
from .layer import Layer

HEAD = ("weights", "layer", "source", "computed as", "dB kept", "in 16 bits", "speedup", "all in 8 bits")
NUMBERS = ("dB kept", "in 16 bits", "speedup")
LEAST_NOISE = 1e-12


@dataclasses.dataclass
class Row:
    """One layer at one of the sizes that were observed."""
    recorded: dict # as it is in the file
    size: object # Layer; None if the file does not say
    choice: object # verbose_lines.Choice; None: left to oneDNN
    reason: str # why it is left
    snr_by_tile: dict # with all components in 8 bits, dB

    @property
    def shape(self):
        if self.size is not None:
            return shape.in_words(self.size.problem)
        return f"{total(self.recorded, 'ic')} → {self.recorded['oc']}, {self.recorded['kh']}x{self.recorded['kw']}"

    @property
    def computed_as(self):
        if self.choice is None:
            return f"oneDNN: {self.reason}"
        return f"{self.choice.tile} {self.choice.numbers}"

    @property
    def source(self):
        return self.recorded["src"] + (" with a zero point" if self.recorded["src_zero_point"] else "")

    def as_dict(self):
        return {"weights": self.recorded["weights"], "shape": self.shape, "problem": self.size and self.size.problem,
                "source": self.recorded["src"], "source_zero_point": self.recorded["src_zero_point"],
                "samples": self.recorded["samples"], "computed_as": self.computed_as, "reason": self.reason,
                "snr_db": self.choice.snr if self.choice and math.isfinite(self.choice.snr) else None,
                "wide_components": self.choice and self.choice.wide, "components": self.choice and self.choice.components,
                "predicted_speedup": self.choice and self.choice.speedup, "snr_db_in_8_bits": self.snr_by_tile}


@dataclasses.dataclass
class Description:
    path: str
    machine: str # "calibrated,isa:avx2,threads:2"
    target: str
    rows: list

    def as_dict(self):
        return {"calibration": self.path, "machine": self.machine, "target_snr_db": self.target,
                "layers": [row.as_dict() for row in self.rows]}


def total(recorded, channels):
    return recorded[channels] * max(1, recorded["groups"])


def sizes_of(recorded):
    """As layers that can be created. The file has outputs instead of paddings; what is odd is in front."""
    for size in recorded.get("sizes", []):
        kh, kw = recorded["kh"], recorded["kw"]
        yield Layer(mb=size["mb"], ic=total(recorded, "ic"), oc=total(recorded, "oc"), g=max(1, recorded["groups"]),
                    ih=size["ih"], iw=size["iw"], oh=size["oh"], ow=size["ow"], kh=kh, kw=kw,
                    ph=(size["oh"] - size["ih"] + kh) // 2, pw=(size["ow"] - size["iw"] + kw) // 2)


def in_8_bits(recorded, has_vnni):
    """dB of each tile with all components in 8 bits, in 7 where there is no VNNI."""
    noise = "noise" if has_vnni else "noise7"
    return {tile["tile"]: round(-10 * math.log10(max(LEAST_NOISE, sum(each[noise] for each in tile["components"]))), 1)
            for tile in whole_tiles(recorded)}


def whole_tiles(recorded):
    """Without the pieces of tiles, which have sizes."""
    return [tile for tile in recorded["tiles"] if "rows" not in tile]


def describe(path, environment, onednn=None):
    recorded_layers = calibration_file.read(path)
    try:
        asked = [(recorded, size) for recorded in recorded_layers for size in sizes_of(recorded)]
        said = ask(asked, environment, onednn)
        machine = next((line.text[len("mode:"):] for line in said if isinstance(line, verbose_lines.Info)
                        and line.text.startswith("mode:")), "")
        rows = [row_of(recorded, size, said, "vnni" in machine) for recorded in recorded_layers
                for size in list(sizes_of(recorded)) or [None]]
    except (KeyError, TypeError) as error:
        raise Failure(f"{path}: is not a calibration: {error!r}") from error
    return Description(path, machine, environment.get("WINODNN_TARGET_SNR", "default"), rows)


def ask(asked, environment, onednn):
    """The verbose lines that winodnn prints of the creation of these layers."""
    answer = onednn_tasks.ask(
        "create", {**environment, "WINODNN_VERBOSE": "2"}, onednn=find_onednn.v3(environment, onednn),
        layers=[[dataclasses.asdict(size), recorded["src"], recorded["src_zero_point"]] for recorded, size in asked])
    if answer.result is None:
        raise Failure(f"winodnn could not be asked: {answer.problem}")
    if answer.result["status"] != "active":
        raise Failure(f"winodnn is not active here: {answer.result['reason']}")
    for complaint in answer.complaints:
        if "WINODNN_CALIBRATION" in complaint:
            raise Failure(complaint[len("winodnn: "):])
    lines = (verbose_lines.split(line.encode())[1] for line in answer.output.splitlines())
    return [parsed for line in lines if line is not None and (parsed := verbose_lines.parse(line)) is not None]


def row_of(recorded, size, said, has_vnni):
    problem = size and size.problem
    choices = {line.weights: line for line in said if isinstance(line, verbose_lines.Choice) and line.problem == problem}
    # Where the target cannot be kept, or exact sums are predicted to be faster, these weights are as any.
    chosen = choices.get(recorded["weights"], choices.get("any"))
    reasons = [line.reason for line in said if isinstance(line, verbose_lines.Decline) and line.problem == problem]
    reason = "" if chosen else (reasons or ["the file does not say how large its images are; calibrate again"])[0]
    return Row(recorded, size, chosen, reason, in_8_bits(recorded, has_vnni))


def cells(row):
    choice = row.choice
    quantized = choice is not None and choice.numbers == "s8"
    return (row.recorded["weights"][:8], row.shape, row.source, row.computed_as,
            f"{choice.snr:.1f}" if quantized else ("exact" if choice else "-"),
            f"{choice.wide} of {choice.components}" if quantized else "-",
            f"{choice.speedup:.2f}" if choice else "-",
            ", ".join(f"{tile} {snr:g}" for tile, snr in row.snr_by_tile.items() if is_square(tile) or "x" not in tile))


def is_square(tile):
    """The table has those of the many tiles that there are; JSON has all."""
    return re.fullmatch(r"f(\d+)x\1", tile) is not None


def head_lines(description):
    return [f"Calibration {description.path}: target {description.target} dB, mode:{description.machine}.",
            "Speedups over direct convolution are predicted, not measured. dB are those of sums, against direct convolution's; "
            "the last column has those of each tile with all components in 8 bits."]


def as_text(description):
    rows = [cells(row) for row in description.rows]
    table = text_table.table(HEAD, rows, NUMBERS) if rows else "It has no layers."
    return "\n".join(head_lines(description)) + "\n\n" + table + "\n"


def picture(description):
    groups = [(row.shape, (row.choice and row.choice.speedup,)) for row in description.rows]
    return bar_chart.chart(groups, ("predicted speedup over direct convolution",), lambda value: f"{value:.2f}", 1)


def noise_maps(description):
    """Which components of the chosen tiles lose most: a square each, the darker the noisier."""
    parts = []
    for row in description.rows:
        if row.choice is None or row.choice.numbers != "s8":
            continue
        components = next(tile["components"] for tile in whole_tiles(row.recorded) if tile["tile"] == row.choice.tile)
        parts.append(html_page.paragraph(f"{row.recorded['weights'][:8]}, {row.shape}, {row.choice.tile}: "
                                         f"{row.choice.wide} of {row.choice.components} components in 16 bits"))
        parts.append(bar_chart.squares([each["noise"] for each in components], columns_of(row, len(components))))
    return parts


def columns_of(row, count):
    """Of f4x4 and 3x3 kernels 6: outputs and one less than the kernel. Components of others are in no such order: rows
    of at most 24, all of the same length."""
    outputs = re.match(r"f\d+x(\d+)", row.choice.tile)
    columns = int(outputs[1]) + row.recorded["kw"] - 1 if outputs else count
    return max(divisor for divisor in range(1, min(columns, 24) + 1) if count % divisor == 0)


def as_html(description):
    parts = [html_page.paragraph(line) for line in head_lines(description)]
    if description.rows:
        parts += [picture(description), html_page.table(HEAD, [cells(row) for row in description.rows], NUMBERS)]
    if maps := noise_maps(description):
        parts += ["<h2>Noise of components in 8 bits</h2>", *maps]
    return html_page.page("winodnn: layers of a calibration", parts)
