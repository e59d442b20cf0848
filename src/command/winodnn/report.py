"""winodnn report: the layers of a program, or of a calibration."""

import json
import os
import sys

from . import program, run_comparison, run_report
from .environment import inherited, readable_file, writable_place
from .failure import Failure

DESCRIPTION = """With --run, runs a program without winodnn and with it, and tabulates its convolutions: which were taken over, which
were declined and why, the time of each, and what was saved. The program's own output goes to stderr, and its standard input is the
same each time."""
USAGE_OF_PROGRAM = " [-- PROGRAM [ARGUMENT...]]"
FORMATS = ("text", "json", "html", "svg")


def add_arguments(parser):
    parser.add_argument("--run", action="store_true", help="run the program behind --, and compare")
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
        raise Failure("a program behind -- is run with --run")
    if not options.run:
        raise Failure("nothing to report: --run -- PROGRAM")
    if options.rounds < 1:
        raise Failure("--rounds is at least 1")
    output = None if options.output is None else writable_place(options.output)
    return report_run(options, output)


def report_run(options, output):
    environment = inherited()
    examined = program.examine(options.program[0], environment)
    for obstacle in examined.obstacles:
        print(f"winodnn: {obstacle}", file=sys.stderr)
    compared = run_comparison.compare(options.program, examined.files[0], environment, {}, options.rounds)
    if failed := next((outcome for outcome in compared.outcomes if outcome.returncode != 0), None):
        where = "with winodnn" if compared.with_winodnn and compared.with_winodnn[-1].outcome is failed else "without winodnn"
        print(f"winodnn: {where}, the program {failed}: there is nothing to compare", file=sys.stderr)
        return failed.exit_status
    texts = {"text": run_report.as_text, "html": run_report.as_html, "svg": run_report.picture,
             "json": lambda done: json.dumps(done.as_dict(), indent=1, ensure_ascii=False) + "\n"}
    write(texts[format_of(options)](compared), output)
    return 0
