"""winodnn run: a program with winodnn, in the place of this process."""

import os
import signal
import sys

from . import program
from .environment import calibrated_variables, inherited, with_preload, without_choices, writable_place
from .failure import NOT_EXECUTABLE, Failure

DESCRIPTION = """Runs a program with winodnn preloaded. The program takes the place of this command, in the same process: signals,
standard input, exit status and terminal are its own. Without --calibrated all results are those of oneDNN, to the bit."""
USAGE_OF_PROGRAM = " -- PROGRAM [ARGUMENT...]"


def add_arguments(parser):
    parser.add_argument("--calibrated", metavar="FILE", type=str,
                        help="compute the layers of this calibration less exactly, and faster (see winodnn calibrate)")
    parser.add_argument("--target", metavar="DB", type=float,
                        help="the signal-to-noise ratio that each calibrated layer keeps, in dB; needs --calibrated")
    parser.add_argument("--tune", metavar="FILE", type=str,
                        help="measure the best plans of each layer when it is created, and remember them in this file")
    parser.add_argument("--verbose", "-v", action="count", default=0,
                        help="a line on stdout for each creation and execution; twice: refusals and their reasons too")


def needs_program(_):
    return True


def variables(options):
    """What the options set, by name."""
    chosen = calibrated_variables(options.calibrated, options.target)
    if options.tune is not None:
        chosen["WINODNN_TUNE"] = writable_place(options.tune)
    return chosen


def main(options):
    environment = inherited()
    examined = program.examine(options.program[0], environment)
    for obstacle in examined.obstacles:
        print(f"winodnn: {obstacle}", file=sys.stderr)
    if chosen := variables(options):
        environment = {**without_choices(environment), **chosen}
    if options.verbose:
        environment["WINODNN_VERBOSE"] = str(min(options.verbose, 2))
    if examined.starts_with_preload:
        environment = with_preload(environment)
    # Python ignores these, and whoever is ignored before exec is ignored behind it.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execve(examined.files[0], options.program, environment)
    except OSError as error:
        raise Failure(f"{examined.files[0]}: {error.strerror}", NOT_EXECUTABLE) from error
