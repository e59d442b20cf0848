"""winodnn run: what the program gets, and what is left of the command."""

import os
import shutil
import signal
import subprocess
import sys
import unittest

from support import COMMAND, PROBE, STATIC, V2, CommandTest, winodnn

import winodnn as package



class Reached(CommandTest):
    def test_program_that_uses_onednn(self):
        done = winodnn("run", "--", PROBE, "winograd")
        self.assertIn("impl wino:f", done.stdout)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_without_the_command_it_is_not(self):
        done = subprocess.run([PROBE, "winograd"], capture_output=True, text=True, check=True)
        self.assertIn("refused", done.stdout)

    def test_script(self):
        done = winodnn("run", "--", self.script(f"#!/bin/sh\nexec {PROBE} winograd\n"))
        self.assertIn("impl wino:f", done.stdout)

    def test_nested(self):
        done = winodnn("run", "--", *COMMAND, "run", "--", "sh", "-c", "echo $LD_PRELOAD")
        self.assertEqual(done.stdout.strip(), package.library_path())

    def test_other_preloads_are_kept_behind(self):
        done = winodnn("run", "--", "sh", "-c", "echo $LD_PRELOAD", env=os.environ | {"LD_PRELOAD": "libm.so.6"})
        self.assertEqual(done.stdout.strip(), f"{package.library_path()}:libm.so.6")

    def test_verbose(self):
        self.assertNotIn("winodnn_verbose", winodnn("run", "--", PROBE, "direct").stdout)
        self.assertIn("winodnn_verbose,primitive,exec", winodnn("run", "-v", "--", PROBE, "winograd").stdout)
        self.assertIn("nothing", winodnn("run", "-vv", "--", "sh", "-c", "echo nothing; test $WINODNN_VERBOSE = 2").stdout)


class PassedOn(CommandTest):
    def test_exit_status(self):
        for status in (0, 1, 3, 125, 255):
            self.assertEqual(winodnn("run", "--", "sh", "-c", f"exit {status}").returncode, status)

    def test_signal_that_ends_it(self):
        # The process is the program's, so what waits for it sees the signal itself. A shell says 128 and its number.
        self.assertEqual(winodnn("run", "--", "sh", "-c", "kill -KILL $$").returncode, -signal.SIGKILL)
        command = " ".join(COMMAND)
        done = subprocess.run(["sh", "-c", f"{command} run -- sh -c 'kill -TERM $$'; echo $?"], capture_output=True,
                              text=True, check=True)
        self.assertEqual(done.stdout.strip(), str(128 + signal.SIGTERM))

    def test_signals_to_it(self):
        text = 'trap "exit 9" TERM; trap "exit 8" INT; echo ready; while :; do sleep 0.02; done'
        for sent, status in ((signal.SIGTERM, 9), (signal.SIGINT, 8)):
            with subprocess.Popen([*COMMAND, "run", "--", "sh", "-c", text], stdout=subprocess.PIPE, text=True) as process:
                self.assertEqual(process.stdout.readline(), "ready\n")
                process.send_signal(sent)
                self.assertEqual(process.wait(), status)

    def test_standard_input(self):
        self.assertEqual(winodnn("run", "--", "cat", input="one\ntwo").stdout, "one\ntwo")

    def test_output_that_nobody_reads(self):
        # Python ignores SIGPIPE; a program that inherited that would write for ever.
        done = subprocess.run(["bash", "-c", f"{' '.join(COMMAND)} run -- yes | head -1; echo ${{PIPESTATUS[0]}}"],
                              capture_output=True, text=True, check=True, timeout=20)
        self.assertEqual(done.stdout, f"y\n{128 + signal.SIGPIPE}\n")

    def test_environment(self):
        clean = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ["PYTHONPATH"]}
        done = winodnn("run", "--", "env", env=clean)
        self.assertEqual(dict(line.split("=", 1) for line in done.stdout.splitlines()),
                         clean | {"LD_PRELOAD": package.library_path(), "WINODNN_REACH": "1"})

    def test_arguments_are_the_programs(self):
        done = winodnn("run", "--", "printf", "%s|", "--verbose", "--", "", "a b")
        self.assertEqual(done.stdout, "--verbose|--||a b|")


class Variables(CommandTest):
    def shown(self, *options, **environment):
        done = winodnn("run", *options, "--", "sh", "-c", "env | grep ^WINODNN_ | sort",
                       env=os.environ | environment)
        self.assertEqual(done.stderr, "")
        variables = done.stdout.split()
        if "WINODNN_REACH" not in environment:
            variables.remove("WINODNN_REACH=1")
        return variables

    def test_none_by_default(self):
        self.assertEqual(self.shown(), [])
        self.assertEqual(self.shown(WINODNN_MODE="off"), ["WINODNN_MODE=off"])

    def test_reach_is_the_users_to_forbid(self):
        self.assertEqual(self.shown(WINODNN_REACH="0"), ["WINODNN_REACH=0"])

    def test_calibrated(self):
        file = self.script("{}", "layers.json")
        expected = [f"WINODNN_CALIBRATION={file}", "WINODNN_MODE=calibrated"]
        self.assertEqual(self.shown("--calibrated", file), expected)
        self.assertEqual(self.shown("--calibrated", file, "--target", "35"), [*expected, "WINODNN_TARGET_SNR=35.0"])
        # What the command line says counts, not what the environment happens to hold.
        self.assertEqual(self.shown("--calibrated", file, WINODNN_CALIBRATE="x", WINODNN_MODE="off"), expected)

    def test_calibrated_is_used(self):
        file = self.folder / "layers.json"
        winodnn("calibrate", "-o", file, "--", PROBE, "direct")
        done = winodnn("run", "--calibrated", file, "--target", "5", "--", PROBE, "winograd")
        self.assertRegex(done.stdout, "impl wino:f[0-9]x[0-9]:s8")

    def test_tune(self):
        file = self.folder / "tuned.json"
        self.assertEqual(self.shown("--tune", file), [f"WINODNN_TUNE={file}"])

    def test_relative_files(self):
        self.script("{}", "layers.json")
        done = winodnn("run", "--calibrated", "layers.json", "--", "sh", "-c", "cd /; cat $WINODNN_CALIBRATION",
                       cwd=self.folder)
        self.assertEqual(done.stdout, "{}")


class Refused(CommandTest):
    def refused(self, status, message, *arguments):
        done = winodnn(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertRegex(done.stderr, message)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_command_lines(self):
        self.refused(125, "usage: winodnn")
        self.refused(125, "invalid choice", "walk")
        self.refused(125, "unrecognized arguments", "run", "--no-such-option", "--", "true")
        self.refused(125, "the program is missing: put it after --", "run")
        self.refused(125, "the program is missing: put it after --", "run", "--")
        self.refused(125, "invalid float", "run", "--target", "loud", "--", "true")
        self.refused(125, "needs a calibration file", "run", "--target", "35", "--", "true")

    def test_files(self):
        self.refused(125, "nowhere.json: No such file", "run", "--calibrated", "nowhere.json", "--", "true")
        self.refused(125, "there is no folder /no/such", "run", "--tune", "/no/such/tuned.json", "--", "true")
        self.refused(125, "is a folder", "run", "--tune", self.folder, "--", "true")

    def test_programs(self):
        self.refused(127, "there is no such program", "run", "--", "no-such-program")
        self.refused(126, "may not be executed", "run", "--", self.script("#!/bin/sh", mode=0o644))
        self.refused(126, "neither a program nor a script", "run", "--", self.script("echo\n"))

    def test_library_that_is_missing_or_cannot_be_named(self):
        for name, remove, message in (("a b", False, "spaces and colons"), ("lost", True, "is missing")):
            copy = self.folder / name
            shutil.copytree(os.path.dirname(package.__file__), copy / "winodnn")
            library = copy / "libwinodnn.so"
            if not remove:
                library.write_text("")
            (copy / "winodnn" / "place.py").write_text(
                'VERSION = "0"\nLIBRARY = "../libwinodnn.so"\nINCLUDE = ""\n')
            done = winodnn("run", "--", "true", env=os.environ | {"PYTHONPATH": str(copy)})
            self.assertEqual(done.returncode, 125)
            self.assertIn(message, done.stderr)


class NotReached(CommandTest):
    """They run all the same, and the user is told."""

    def test_static(self):
        done = winodnn("run", "--", STATIC)
        self.assertEqual(done.returncode, 7)
        self.assertIn("linked statically", done.stderr)

    def test_no_onednn(self):
        done = winodnn("run", "--", sys.executable, "-c", "print(1)")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""))

    def test_v2_alone(self):
        self.assertEqual(winodnn("run", "--", V2).stdout, "oneDNN v2\n")

    @unittest.skipIf(os.getuid() != 0, "only root gives files away")
    def test_set_user_id(self):
        path = self.set_user_id_probe()
        done = winodnn("run", "--", path, "winograd")
        self.assertIn("the loader ignores preloads there", done.stderr)
        self.assertIn("refused", done.stdout)


if __name__ == "__main__":
    unittest.main()
