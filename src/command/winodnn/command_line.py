"""The command line: subcommands, help, and how errors end."""

import argparse
import os
import signal
import sys

from . import __version__, bench, calibrate, doctor, report, run, status
from .failure import OF_SIGNALS, OWN_FAILURE, Failure

DESCRIPTION = """Makes the 3x3 convolutions of int8 networks faster, under programs that use oneDNN v3, without changing them or
their results."""

EPILOG = """Exit status: the program's, or 128 and the signal's number if one ended it; 125 if winodnn itself fails, 126 if the
program cannot be executed, 127 if there is none."""

COMMANDS = {
    "run": (run, "run a program with winodnn"),
    "doctor": (doctor, "say whether winodnn works here, what stands in the way, and what to do"),
    "status": (status, "the last word of doctor, in one line"),
    "calibrate": (calibrate, "observe the layers of a program, for 8-bit Winograd"),
    "report": (report, "tabulate the layers of a program, or of a calibration"),
    "bench": (bench, "time single layers against oneDNN's direct convolution"),
}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(OWN_FAILURE, f"{self.prog}: {message}\n")


def parser():
    main_parser = Parser(prog="winodnn", description=DESCRIPTION, epilog=EPILOG)
    main_parser.add_argument("--version", action="version", version=f"winodnn {__version__}")
    commands = main_parser.add_subparsers(metavar="COMMAND", dest="command", required=True, parser_class=Parser)
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=module.DESCRIPTION, epilog=EPILOG)
        module.add_arguments(command)
        command.usage = command.format_usage().replace("usage: ", "", 1).rstrip() + module.USAGE_OF_PROGRAM
        command.set_defaults(parser=command)
    return main_parser


def parse(arguments):
    """What is behind the first -- is a program's, and never ours to read."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser().parse_args(arguments[:at])
    options.program = arguments[at + 1:]
    module = COMMANDS[options.command][0]
    if options.program and not module.USAGE_OF_PROGRAM:
        options.parser.error("takes no program")
    if not options.program and (at < len(arguments) or module.needs_program(options)):
        options.parser.error("the program is missing: put it after --")
    return options


def main(arguments=None):
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        return COMMANDS[options.command][0].main(options)
    except Failure as failure:
        print(f"winodnn: {failure}", file=sys.stderr)
        return failure.exit_status
    except KeyboardInterrupt:
        return OF_SIGNALS + signal.SIGINT
    except BrokenPipeError:
        # Whoever read our output has seen enough; what is left in buffers has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OF_SIGNALS + signal.SIGPIPE
