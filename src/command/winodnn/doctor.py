"""winodnn doctor: whether winodnn works here, and under a program."""

import json
import sys

from . import diagnosis, findings
from .environment import inherited

DESCRIPTION = """Says what CPU and which oneDNN there are, whether winodnn reaches it, what stands in the way, and what to do about that.
With a program after --, runs it and looks into it; the program's output goes to stderr. Exit status 1 if something
stands in the way."""
USAGE_OF_PROGRAM = " [-- PROGRAM [ARGUMENT...]]"


def add_arguments(parser):
    parser.add_argument("--json", action="store_true", help="for other programs to read")


def needs_program(_):
    return False


def diagnose(command):
    environment = inherited()
    found = diagnosis.of_machine(environment)
    return found + (diagnosis.of_program(command, environment) if command else diagnosis.of_installation(environment))


def main(options):
    found = diagnose(options.program)
    sys.stdout.write(json.dumps(findings.as_list(found), indent=1) + "\n" if options.json else findings.as_text(found))
    return 1 if findings.has_problem(found) else 0
