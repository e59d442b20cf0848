"""winodnn report: the layers of a program, or of a calibration."""

import json
import os
import sys

from . import calibration_report, program, run_comparison, run_report
from .environment import calibrated_variables, inherited, without_choices, writable_place
from .failure import Failure

DESCRIPTION = """With a calibration file: shows how winodnn would compute each layer on this machine, what accuracy that keeps, and the
predicted speedup. With --run: runs a program without winodnn and with it, and tabulates its convolutions: which winodnn took over,
which it declined and why, the time of each, and what was saved. With both, the program uses the calibration. The program's own output
goes to stderr, and every run gets the same standard input."""
USAGE_OF_PROGRAM = " [-- PROGRAM [ARGUMENT...]]"
FORMATS = ("text", "json", "html", "svg")


def add_arguments(parser):
    parser.add_argument("calibration", nargs="?", metavar="FILE", help="made by winodnn calibrate")
    parser.add_argument("--target", metavar="DB", type=float,
                        help="the signal-to-noise ratio that each calibrated layer keeps, in dB; needs FILE")
    parser.add_argument("--onednn", metavar="FILE", help="the libdnnl.so.3 to ask about a calibration")
    parser.add_argument("--run", action="store_true", help="run the program after --, and compare")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="run it N times each way, in turn (1)")
    parser.add_argument("--format", choices=FORMATS, help="text unless the name of the output says otherwise; svg is the "
                        "picture of the html page alone")
    parser.add_argument("-o", "--output", metavar="FILE", help="instead of stdout; .json, .html or .svg chooses the format")


def needs_program(options):
    return options.run


def format_of(options):
    suffix = os.path.splitext(options.output or "")[1].lstrip(".")
    return options.format or (suffix if suffix in FORMATS else "text")


def write(text, output):
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    with open(output, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"winodnn: {output} is written", file=sys.stderr)


def main(options):
    if options.program and not options.run:
        raise Failure("add --run to run the program after --")
    if not options.run and options.calibration is None:
        raise Failure("nothing to report: name a calibration FILE, or --run -- PROGRAM")
    if options.rounds < 1:
        raise Failure("--rounds is at least 1")
    output = None if options.output is None else writable_place(options.output)
    chosen = calibrated_variables(options.calibration, options.target)
    environment = inherited()
    if not options.run:
        described = calibration_report.describe(options.calibration, {**without_choices(environment), **chosen}, options.onednn)
        write(in_format(calibration_report, described, options), output)
        return 0
    return report_run(options, environment, chosen, output)


def in_format(module, described, options):
    """By the functions that both kinds of report have."""
    texts = {"text": module.as_text, "html": module.as_html, "svg": module.picture,
             "json": lambda done: json.dumps(done.as_dict(), indent=1, ensure_ascii=False) + "\n"}
    return texts[format_of(options)](described)


def report_run(options, environment, chosen, output):
    examined = program.examine(options.program[0], environment)
    for obstacle in examined.obstacles:
        print(f"winodnn: {obstacle}", file=sys.stderr)
    compared = run_comparison.compare(options.program, examined.files[0], environment, chosen, options.rounds)
    if failed := next((outcome for outcome in compared.outcomes if outcome.returncode != 0), None):
        where = "with winodnn" if compared.with_winodnn and compared.with_winodnn[-1].outcome is failed else "without winodnn"
        print(f"winodnn: {where}, the program {failed}: there is nothing to compare", file=sys.stderr)
        return failed.exit_status
    write(in_format(run_report, compared, options), output)
    return 0
