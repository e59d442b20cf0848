"""Programs that run under the command's eyes: signals, statuses, output."""

import os
import pty
import signal
import subprocess
import sys
import time
import unittest
from unittest import mock

from support import COMMAND, CommandTest

from winodnn import child

SHELL = "/bin/sh"
# Counts interrupts until there is no more to wait for.
COUNTING = """
import signal, time
count = 0
def note(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, note)
print("ready", flush=True)
deadline = time.monotonic() + 20
while count == 0 and time.monotonic() < deadline:
    time.sleep(0.02)
time.sleep(0.3)
print("interrupts", count, flush=True)
"""


class Child(unittest.TestCase):
    def run_shell(self, text, **keywords):
        lines = []
        outcome = child.run(["sh", "-c", text], SHELL, dict(os.environ), read_line=lines.append, **keywords)
        return outcome, lines

    def test_statuses(self):
        self.assertEqual(self.run_shell("exit 3")[0].exit_status, 3)
        outcome, _ = self.run_shell("kill -SEGV $$")
        self.assertEqual(outcome.exit_status, 128 + signal.SIGSEGV)
        self.assertEqual(str(outcome), "was ended by SIGSEGV")

    def test_lines(self):
        self.assertEqual(self.run_shell("printf 'one\\ntwo'")[1], [b"one\n", b"two"])

    def test_signal_mask_is_the_programs_own(self):
        # No shell, which would clear it.
        lines = []
        child.run(["cat", "/proc/self/status"], "/bin/cat", dict(os.environ), read_line=lines.append)
        blocked = [line for line in lines if line.startswith(b"SigBlk")]
        self.assertEqual(blocked[0].split()[1], b"0" * 16)

    def test_signals_of_the_terminal_are_not_passed_on(self):
        # It sends them to the program as well, and then they are the kernel's.
        of_kernel, of_kill, of_a_thread = 0x80, 0, -6
        arriving = [(signal.SIGINT, of_kernel), (signal.SIGTERM, of_kill), (signal.SIGHUP, of_a_thread), (signal.SIGWINCH, of_kernel),
                    (signal.SIGCHLD, 1)]
        infos = [mock.Mock(si_signo=number, si_code=code) for number, code in arriving]
        process = mock.Mock()
        process.poll.side_effect = [None] * len(infos) + [0]
        with mock.patch.object(signal, "sigwaitinfo", side_effect=infos):
            child._wait(process)
        self.assertEqual([call.args[0] for call in process.send_signal.call_args_list], [signal.SIGTERM, signal.SIGHUP])

    def test_what_outlives_it_is_not_waited_for(self):
        start = time.monotonic()
        outcome, lines = self.run_shell("echo out; sleep 15 2>/dev/null &")
        self.assertEqual((outcome.returncode, lines), (0, [b"out\n"]))
        self.assertLess(time.monotonic() - start, 10)


class Signals(CommandTest):
    def command(self, *program):
        return [*COMMAND, "calibrate", "-o", str(self.folder / "layers.json"), "--", *program]

    def test_passed_on(self):
        text = 'trap "exit 9" TERM; trap "exit 8" USR1; echo ready; while :; do sleep 0.02; done'
        for sent, status in ((signal.SIGTERM, 9), (signal.SIGUSR1, 8)):
            with subprocess.Popen(self.command("sh", "-c", text), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True) as process:
                self.assertEqual(process.stdout.readline(), "ready\n")
                process.send_signal(sent)
                self.assertEqual(process.wait(timeout=20), status)

    def test_status_of_what_a_signal_ended(self):
        done = subprocess.run(self.command("sh", "-c", "kill -KILL $$"), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 128 + signal.SIGKILL)
        self.assertIn("was ended by SIGKILL", done.stderr)

    def test_terminals_interrupt_comes_once(self):
        process, terminal = pty.fork()
        if process == 0:
            os.execv(sys.executable, self.command(sys.executable, "-c", COUNTING))
        seen = b""
        with os.fdopen(terminal, "r+b", buffering=0) as typed:
            while b"interrupts" not in seen or not seen.endswith(b"\n"):
                try:
                    seen += os.read(typed.fileno(), 1000)
                except OSError: # how a terminal ends
                    break
                if seen.endswith(b"ready\r\n"):
                    typed.write(b"\x03")
            os.waitpid(process, 0)
        self.assertIn(b"interrupts 1", seen)


if __name__ == "__main__":
    unittest.main()
