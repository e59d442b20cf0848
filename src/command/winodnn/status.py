"""winodnn status: the last word of winodnn doctor, for scripts."""

from . import doctor, findings

DESCRIPTION = """One line: whether winodnn works here, or under the program after --, which is run. It begins with "active" if it does.
Exit status 1 if something stands in the way; winodnn doctor says more."""
USAGE_OF_PROGRAM = " [-- PROGRAM [ARGUMENT...]]"


def add_arguments(_):
    pass


def needs_program(_):
    return False


def main(options):
    found = doctor.diagnose(options.program)
    print(found[-1].text)
    return 1 if findings.has_problem(found) else 0
