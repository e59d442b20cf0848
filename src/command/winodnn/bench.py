"""winodnn bench: single layers against oneDNN's direct convolution."""

import dataclasses
import json
import math

from . import cpu, find_onednn, layer, onednn_tasks, shape, text_table
from .environment import inherited, without_choices
from .failure import Failure
from .progress import Progress

DESCRIPTION = """Times single layers in exact mode against oneDNN's direct convolution, in turn within one process: u8 to u8 with scales,
bias and relu. The sizes of a layer are batch, input channels, height, width and output channels, then kernel (3 3) and padding (half
of the kernel). A time that other programs have disturbed is shown as a question mark."""
USAGE_OF_PROGRAM = ""
INSTRUCTION_SETS = tuple(name for name, _ in reversed(cpu.INSTRUCTION_SETS))
SIZES = ("N", "C", "H", "W", "K", "R", "S", "P")
HEAD = ("layer", "direct", "winodnn", "speedup", "GMAC/s", "computed by")
NUMBERS = ("direct", "winodnn", "speedup", "GMAC/s")


def add_arguments(parser):
    parser.add_argument("sizes", type=int, nargs="*", metavar="N C H W K [R S [P]]", help="the sizes of a layer")
    parser.add_argument("--layers", metavar="FILE", help="a layer a line in benchdnn's syntax, such as mb1ic64ih56oc64kh3ph1")
    parser.add_argument("--isa", choices=INSTRUCTION_SETS, help="the best instruction set that either may use")
    parser.add_argument("--threads", type=int, metavar="N", help="OpenMP's threads (all processors)")
    parser.add_argument("--seconds", type=float, default=5, metavar="S", help="the most to spend on a layer (5)")
    parser.add_argument("--onednn", metavar="FILE", help="the libdnnl.so.3 to use")
    parser.add_argument("--json", action="store_true", help="for other programs to read")


def needs_program(_):
    return False


def layers_of(options):
    if bool(options.sizes) == bool(options.layers):
        raise Failure("name the sizes of one layer, N C H W K [R S [P]], or --layers FILE")
    if options.layers:
        return layer.read(options.layers)
    if len(options.sizes) not in (5, 7, 8):
        raise Failure(f"{len(options.sizes)} sizes: a layer has N C H W K, optionally followed by R S, or by R S P")
    named = dict(zip(SIZES, options.sizes))
    rows, columns = named.get("R", 3), named.get("S", 3)
    return [layer.Layer(mb=named["N"], ic=named["C"], ih=named["H"], iw=named["W"], oc=named["K"], kh=rows, kw=columns,
                        ph=named.get("P", rows // 2), pw=named.get("P", columns // 2))]


def environment_of(options):
    environment = without_choices(inherited())
    if options.isa:
        environment["ONEDNN_MAX_CPU_ISA"] = options.isa.upper()
    if options.threads is not None:
        if options.threads < 1:
            raise Failure("--threads is at least 1")
        environment["OMP_NUM_THREADS"] = str(options.threads)
    return environment


def time_one(measured_layer, onednn, environment, seconds):
    """What is known of it: a record for the table and for JSON."""
    answer = onednn_tasks.ask("time_layer", environment, seconds=onednn_tasks.SECONDS + seconds, onednn=onednn,
                              layer=dataclasses.asdict(measured_layer), budget=seconds)
    record = {"problem": measured_layer.problem, "shape": shape.in_words(measured_layer.problem)}
    if answer.result is None:
        return record | {"error": answer.problem}
    if answer.result["winodnn"] is None or answer.result["winodnn"]["status"] != "active":
        raise Failure("winodnn is not active here: winodnn doctor says why")
    del answer.result["winodnn"]
    times = {name: answer.result[name] for name in ("ms_direct", "ms_winodnn") if name in answer.result}
    if not answer.result["trusted"]:
        answer.result |= dict.fromkeys(times)
    elif len(times) == 2:
        answer.result["speedup"] = times["ms_direct"] / times["ms_winodnn"]
    return record | answer.result


def cells(record, macs):
    if "error" in record:
        return (record["shape"], "-", "-", "-", "-", f"failed: {record['error']}")
    if not record["trusted"]:
        return (record["shape"], "?", "?", "?", "?", "not to be trusted: the machine was busy")
    ours, direct = record.get("ms_winodnn"), record["ms_direct"]
    by = record["implementation"]
    if ours is None:
        by = f"oneDNN: {record['reason']}"
    elif record["differing_bytes"]:
        by += f", {record['differing_bytes']} bytes differ"
    return (record["shape"], text_table.milliseconds(direct), text_table.milliseconds(ours),
            f"{record['speedup']:.2f}" if ours else "-", f"{macs * 1e-6 / (ours or direct):.0f}", by)


def summary(records):
    speedups = [record.get("speedup", 1) for record in records if record.get("trusted")]
    if not speedups:
        return ""
    lines = ["(ms for one execution, the least of many)"]
    if len(records) > 1:
        mean = math.exp(sum(map(math.log, speedups)) / len(speedups))
        lines.append(f"geometric mean of speedups over {len(speedups)} layers: {mean:.2f}; a declined layer counts as 1")
    if any(record.get("differing_bytes") for record in records):
        lines.append("Bytes differ where oneDNN's own sums saturate, which they do below VNNI with weights of more than 7 bits; "
                     "winodnn's are those of s32 arithmetic.")
    return "\n".join(lines) + "\n"


def main(options):
    measured = layers_of(options)
    environment = environment_of(options)
    onednn = find_onednn.v3(environment, options.onednn)
    progress = Progress(len(measured))
    records = []
    for each in measured:
        progress.step(shape.in_words(each.problem))
        records.append(time_one(each, onednn, environment, options.seconds))
    progress.finish()
    if options.json:
        print(json.dumps(records, indent=1, ensure_ascii=False))
    else:
        rows = [cells(record, each.macs) for record, each in zip(records, measured)]
        print(text_table.table(HEAD, rows, NUMBERS))
        print(summary(records), end="")
    return 0 if all(record.get("trusted") for record in records) else 1
