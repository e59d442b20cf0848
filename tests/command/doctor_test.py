"""winodnn doctor and status: machines, and programs of every kind."""

import ctypes
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

from support import HIDDEN, ONEDNN, PROBE, STATIC, V2, CommandTest, winodnn

from winodnn import cpu, diagnosis, images, observation, onednn_tasks
from winodnn.child import Outcome
from winodnn.findings import Weight

# A program that looks oneDNN's functions up in that library's own handle.
OWN_HANDLE = """
import sys
from winodnn import contender, layer, onednn
api = onednn.OneDnn(sys.argv[1])
api._process = api.library
shape = layer.Layer(mb=1, ic=64, ih=12, iw=12, oc=64)
contender.Contender(api, shape, contender.Data(shape), contender.ask(api, shape)).execute()
"""
LIBRARY_HERE = os.environ | {"LD_LIBRARY_PATH": os.path.dirname(ONEDNN)}


class Machine(CommandTest):
    def test_active(self):
        done = winodnn("doctor", env=LIBRARY_HERE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^CPU: .*instruction set for winodnn: avx")
        self.assertRegex(done.stdout, rf"(?m)^oneDNN 3\.\d+\.\d+: {os.path.dirname(ONEDNN)}/libdnnl.*, shared, threads: \w+$")
        self.assertRegex(done.stdout.splitlines()[-1], "^ok +active: a test convolution was taken over by wino:f")

    def test_json(self):
        found = json.loads(winodnn("doctor", "--json", env=LIBRARY_HERE).stdout)
        self.assertEqual(found[-1]["weight"], "good")
        self.assertEqual(set(found[0]), {"weight", "text", "advice"})

    def test_switched_off(self):
        done = winodnn("doctor", env=LIBRARY_HERE | {"WINODNN_MODE": "off"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("WINODNN_MODE=off", done.stdout)
        self.assertIn("To do: unset WINODNN_MODE", done.stdout)

    def test_capped_below(self):
        done = winodnn("doctor", env=LIBRARY_HERE | {"ONEDNN_MAX_CPU_ISA": "SSE41"})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "problem +unsupported: the instruction set is below AVX2")

    def test_misspelt_variable(self):
        self.assertRegex(winodnn("doctor", env=LIBRARY_HERE | {"WINODNN_VERBOSITY": "1"}).stdout,
                         "note +nothing reads WINODNN_VERBOSITY")

    def test_no_onednn(self):
        # Not in a virtual environment, which may have one.
        done = subprocess.run([os.path.realpath(sys.executable), "-m", "winodnn", "doctor"], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ["PYTHONPATH"]}, check=False)
        if re.search(r"(?m)^oneDNN 3", done.stdout):
            self.skipTest("this machine has a oneDNN v3 of its own")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no shared oneDNN v3.2 or later is in the usual places", done.stdout)

    def test_no_executable_memory(self):
        set_mdwe, refuse_exec_gain = 65, 1
        deny = f"import ctypes, os, sys; assert ctypes.CDLL(None).prctl({set_mdwe}, {refuse_exec_gain}, 0, 0, 0) == 0; " \
               "os.execv(sys.executable, sys.argv[1:])"
        if ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0:
            self.skipTest("this kernel cannot deny executable memory by prctl")
        done = subprocess.run([sys.executable, "-c", deny, sys.executable, "-m", "winodnn", "doctor"], env=LIBRARY_HERE,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("memory cannot be made executable here", done.stdout)
        self.assertIn("MemoryDenyWriteExecute=no", done.stdout)

    def test_instruction_sets(self):
        flags = "avx2 fma avx_vnni"
        self.assertEqual(cpu.Cpu(f"flags : {flags}\n").instruction_set, "avx2_vnni")
        flags += " avx512f avx512bw avx512vl avx512dq"
        self.assertEqual(cpu.Cpu(f"flags : {flags}\n\nflags : fma\n").instruction_set, "avx512_core")
        self.assertEqual(cpu.Cpu(f"flags : {flags} avx512_vnni amx_int8\n").instruction_set, "avx512_core_vnni")
        self.assertTrue(cpu.Cpu("flags : amx_int8\n").has_amx)
        self.assertIsNone(cpu.Cpu("model name : old\nflags : sse4_1\n").instruction_set)

    def test_quota(self):
        own = self.folder / "own"
        inner = self.folder / "system.slice" / "unit"
        inner.mkdir(parents=True)
        (self.folder / "cpu.max").write_text("max 100000\n")
        for path, of_slice, of_unit, expected in (("/", "50000 100000", "max 100000", None),
                                                  ("/system.slice/unit", "max 100000", "150000 100000", 1.5),
                                                  ("/system.slice/unit", "50000 100000", "150000 100000", 0.5),
                                                  ("/elsewhere", "50000 100000", "150000 100000", None)):
            (inner.parent / "cpu.max").write_text(of_slice)
            (inner / "cpu.max").write_text(of_unit)
            own.write_text(f"0::{path}\n")
            self.assertEqual(cpu.quota(self.folder, own), expected)
        self.assertIsNone(cpu.quota(self.folder, self.folder / "nowhere"))

    def test_quota_of_version_1(self):
        folder = self.folder / "cpu,cpuacct" / "unit"
        folder.mkdir(parents=True)
        (self.folder / "own").write_text("4:memory:/unit\n1:cpu,cpuacct:/unit\n")
        (folder / "cpu.cfs_period_us").write_text("100000\n")
        for text, expected in (("-1\n", None), ("150000\n", 1.5)):
            (folder / "cpu.cfs_quota_us").write_text(text)
            self.assertEqual(cpu.quota(self.folder, self.folder / "own"), expected)


class Images(CommandTest):
    def test_shared(self):
        self.assertEqual(images.examine(ONEDNN), images.Image(ONEDNN, images.Form.SHARED, 3))

    def test_programs_that_only_use_it(self):
        self.assertIsNone(images.examine(PROBE))

    def test_inside_with_names_and_stripped(self):
        library = os.path.join(os.path.dirname(HIDDEN), "libcommand_hidden_onednn.so")
        self.assertEqual(images.examine(library), images.Image(library, images.Form.INSIDE, 3))
        stripped = self.folder / "stripped.so"
        subprocess.run(["strip", "-o", stripped, library], check=True)
        self.assertEqual(images.examine(str(stripped)), images.Image(str(stripped), images.Form.INSIDE, 0))

    def test_v2(self):
        library = os.path.join(os.path.dirname(V2), "libcommand_v2_library.so")
        self.assertEqual(images.examine(library), images.Image(library, images.Form.SHARED, 2))

    def test_other_files(self):
        for content in (b"", b"\x7fELF", b"text", os.urandom(1000), pathlib.Path(PROBE).read_bytes()[:3000]):
            path = self.folder / "file"
            path.write_bytes(content)
            self.assertIsNone(images.examine(str(path)))
        self.assertIsNone(images.examine("linux-vdso.so.1"))


class Program(CommandTest):
    def doctor(self, *command, status, expected, **keywords):
        done = winodnn("doctor", "--", *command, **keywords)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertRegex(done.stdout, expected)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def test_reached(self):
        done = self.doctor(PROBE, "winograd", status=0,
                           expected="ok +active: winodnn took over 1 of 1 executions of convolutions")
        self.assertRegex(done.stdout, r"(?m)^oneDNN says: v3\.\d+\.\d+, runtime:\w+,nthr:\d+")
        self.assertIn("impl wino:f", done.stderr)
        self.assertNotIn("_verbose", done.stdout + done.stderr)

    def test_script(self):
        self.doctor(self.script(f"#!/bin/sh\n{PROBE} direct\n"), status=0, expected="winodnn took over 1 of 1")

    def test_standard_input(self):
        self.doctor("sh", "-c", f"read line; test $line = fine && {PROBE} winograd", status=0,
                    expected="winodnn took over 1 of 1", input="fine\n")

    def test_declined(self):
        run = observation.Observation()
        run.outcome = Outcome(0)
        for line in (b"winodnn_verbose,info,status:active,runtime:OpenMP\n",
                     b"winodnn_verbose,primitive,create:decline,cpu,convolution,mb1_ic3,the stride is not 1\n"):
            run.read_line(line, self.fail)
        finding, = diagnosis.of_run(run, [])
        self.assertIs(finding.weight, Weight.NOTE)
        self.assertIn("left every convolution to oneDNN: the stride is not 1", finding.text)

    def test_switched_off(self):
        self.doctor(PROBE, "direct", status=1, env=os.environ | {"WINODNN_MODE": "off"},
                    expected=r"problem +off: WINODNN_MODE=off\n +To do: unset WINODNN_MODE")

    def test_own_handle(self):
        self.doctor(sys.executable, "-c", OWN_HANDLE, ONEDNN, status=1,
                    expected="problem +not reached: oneDNN's functions are looked up in its own handle")

    def test_inside(self):
        done = self.doctor(HIDDEN, status=1, expected=r"problem +not reached: oneDNN is linked statically into .*hidden_onednn.*: "
                           "its oneDNN has no dnnl_version")
        self.assertIn("oneDNN says: v3.13.3, runtime:OpenMP,nthr:2", done.stdout)

    def test_v2_alone(self):
        self.doctor(V2, status=1, expected="problem +no oneDNN v3: the program has v2 alone")

    def test_no_onednn(self):
        self.doctor("true", status=1, expected="problem +no oneDNN: the program loaded none")

    def test_static(self):
        done = self.doctor(STATIC, status=1, expected="problem +.* is linked statically")
        self.assertIn("ended with status 7", done.stdout)

    @unittest.skipIf(os.getuid() != 0, "only root gives files away")
    def test_set_user_id(self):
        path = self.set_user_id_probe()
        self.doctor(path, "winograd", status=1, expected="problem +.* is set-user-id.* ignores preloads there")

    def test_failing_and_killed(self):
        self.doctor("sh", "-c", f"{PROBE} winograd; exit 3", status=0, expected="note +the program ended with status 3")
        self.doctor("sh", "-c", f"{PROBE} winograd; kill -SEGV $$", status=0,
                    expected="note +the program was ended by SIGSEGV[^\0]*took over 1 of 1")

    def test_missing(self):
        done = winodnn("doctor", "--", "no-such-program")
        self.assertEqual((done.returncode, done.stdout), (127, ""))

    def test_interrupt(self):
        process = subprocess.Popen([sys.executable, "-m", "winodnn", "doctor", "--", "sh", "-c", "echo ready >&2; exec sleep 50"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(process.stderr.readline(), "ready\n")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
        self.assertIn("the program was ended by SIGINT", said)


class Status(CommandTest):
    def test_one_line(self):
        done = winodnn("status", env=LIBRARY_HERE)
        self.assertRegex(done.stdout, r"^active: .*\n$")
        self.assertEqual(done.returncode, 0)

    def test_of_programs(self):
        self.assertRegex(winodnn("status", "--", PROBE, "winograd").stdout, "^active: winodnn took over 1 of 1")
        done = winodnn("status", "--", "true")
        self.assertEqual((done.returncode, done.stdout), (1, "no oneDNN: the program loaded none\n"))


class Tasks(CommandTest):
    def test_library_that_is_none(self):
        path = self.script("text", "libdnnl.so.3")
        answer = onednn_tasks.ask("version", dict(os.environ), preload=False, onednn=str(path))
        self.assertIsNone(answer.result)
        self.assertIn("file too short", answer.problem)

    def test_that_takes_for_ever(self):
        answer = onednn_tasks.ask("self_test", dict(os.environ), seconds=0.01, onednn=ONEDNN)
        self.assertEqual(answer.problem, "took more than 0.01 s")


if __name__ == "__main__":
    unittest.main()
