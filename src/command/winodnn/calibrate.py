"""winodnn calibrate: observes the layers of a program on its typical inputs."""

import os
import sys

from . import calibration_file, child, program
from .environment import inherited, with_preload, without_choices, writable_place
from .failure import Failure

DESCRIPTION = """Runs a program, observes the activations of all convolutions that winodnn could compute in 8 bits, and writes a calibration
file when the program ends. Let the program compute typical inputs: a few dozen are enough. It is slower than usual, and its results
are exact. Afterwards: winodnn run --calibrated FILE -- PROGRAM."""
USAGE_OF_PROGRAM = " -- PROGRAM [ARGUMENT...]"
SCALES = ("max", "percentile", "mse", "global")


def add_arguments(parser):
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the calibration file to write or replace")
    parser.add_argument("--scales", choices=SCALES,
                        help="how large components are against each other: with the least noise (mse, the default), as their largest "
                        "values (max), as what 99%% of the tiles stay below (percentile), or all alike (global)")


def needs_program(_):
    return True


def identity_of_file(path):
    try:
        status = os.stat(path)
        return status.st_ino, status.st_mtime_ns, status.st_size
    except FileNotFoundError:
        return None


def main(options):
    environment = inherited()
    examined = program.examine(options.program[0], environment)
    if examined.obstacles:
        raise Failure("it cannot be calibrated: " + "; ".join(map(str, examined.obstacles)))
    output = writable_place(options.output)
    chosen = {"WINODNN_CALIBRATE": output} | ({"WINODNN_SCALES": options.scales} if options.scales else {})
    before = identity_of_file(output)
    outcome = child.run(options.program, examined.files[0],
                        with_preload({**without_choices(environment), **chosen}))
    if outcome.returncode != 0:
        print(f"winodnn: the program {outcome}", file=sys.stderr)
    if identity_of_file(output) == before:
        kept = "was not written" if before is None else "is still the old one"
        print(f"winodnn: {options.output} {kept}: the program computed nothing that reached winodnn, or it ended without "
              "its exit handlers. winodnn doctor -- PROGRAM says which oneDNN it uses", file=sys.stderr)
        return outcome.exit_status or 1
    count = len(calibration_file.read(output))
    print(f"winodnn: {options.output} has {count} layer{'' if count == 1 else 's'}"
          + ("" if count else ": the program created no convolution that winodnn could compute in 8 bits"), file=sys.stderr)
    return outcome.exit_status
