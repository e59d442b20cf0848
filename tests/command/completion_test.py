"""The man page and the completions have what the command has, and work."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import CommandTest

from winodnn import command_line

FOLDER = pathlib.Path(os.environ["TEST_COMMAND_SOURCES"])
BASH, ZSH, MAN = FOLDER / "completion/winodnn.bash", FOLDER / "completion/_winodnn", FOLDER / "winodnn.1.in"


def commands():
    """Parsers by name."""
    action = next(action for action in command_line.parser()._actions if isinstance(action, argparse._SubParsersAction))
    return action.choices


def options_of(parser):
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")}


class Complete(unittest.TestCase):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = f"source {BASH}; COMP_WORDS=(winodnn {' '.join(repr(word) for word in words)}); COMP_CWORD={len(words)}; " \
                 "_winodnn 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\""
        return set(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split())

    def test_commands(self):
        self.assertEqual(self.complete(""), set(commands()) | {"--help", "--version"})
        self.assertEqual(self.complete("ca"), {"calibrate"})

    def test_options(self):
        for name, parser in commands().items():
            self.assertEqual(self.complete(name, "--") - {"--"}, options_of(parser), name)

    def test_choices(self):
        for name, parser in commands().items():
            for action in parser._actions:
                if action.choices:
                    self.assertEqual(self.complete(name, action.option_strings[-1], ""), set(action.choices), action.dest)

    def test_programs(self):
        self.assertIn("printf", self.complete("run", "--", "print"))
        self.assertEqual(self.complete("run", "--", "cat", "--he"), set())
        self.assertEqual(self.complete("run", "--target", ""), set())


class Zsh(unittest.TestCase):
    def test_has_all_options(self):
        text = ZSH.read_text()
        for name, parser in commands().items():
            of_command = re.search(rf"(?ms)^        {name}\)(.*?);;", text)[1]
            self.assertIn("$help", of_command)
            for option in options_of(parser) - {"--help"}:
                self.assertIn(option, of_command, name)
            for action in parser._actions:
                if action.choices:
                    self.assertIn(f":({' '.join(action.choices)})", of_command)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_is_read(self):
        subprocess.run(["zsh", "-n", ZSH], check=True)


class ManPage(CommandTest):
    def test_has_all_options(self):
        text = MAN.read_text().replace("\\-", "-").replace("\\fR", "")
        for name, parser in commands().items():
            of_command = re.search(rf"(?ms)^\.SS {name}\n(.*?)(?=^\.S[SH])", text)[1]
            for option in options_of(parser) - {"--help"}:
                self.assertIn(option, of_command, name)

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_is_formatted_without_warnings(self):
        done = subprocess.run(["man", "--warnings", "-l", MAN], capture_output=True, text=True, check=True,
                              env=os.environ | {"MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.stderr, "")
        self.assertIn("EXIT STATUS", done.stdout)


class Help(unittest.TestCase):
    def test_says_how_programs_are_given(self):
        for name, parser in commands().items():
            usage = parser.format_usage()
            self.assertEqual("-- PROGRAM" in usage, name != "bench", usage)
            self.assertIn("Exit status", parser.format_help())


if __name__ == "__main__":
    unittest.main()
