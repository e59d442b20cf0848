"""Programs that run under this command's eyes, and are otherwise on their own."""

import os
import signal
import subprocess
import threading

from .failure import NOT_EXECUTABLE, OF_SIGNALS, Failure

PASSED_ON = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2,
             signal.SIGCONT, signal.SIGTSTP, signal.SIGWINCH, signal.SIGALRM}
# Processes that a program leaves behind may keep its stdout open. What they say is no longer its own.
SECONDS_FOR_LAST_OUTPUT = 2


class Outcome:
    def __init__(self, returncode):
        self.returncode = returncode # as subprocess counts: negative for a signal

    @property
    def exit_status(self):
        return self.returncode if self.returncode >= 0 else OF_SIGNALS - self.returncode

    @property
    def interrupted(self):
        return self.returncode in (-signal.SIGINT, -signal.SIGTERM, -signal.SIGHUP)

    def __str__(self):
        if self.returncode >= 0:
            return f"ended with status {self.returncode}"
        return f"was ended by {signal.Signals(-self.returncode).name}"


def run(command, path, environment, stdin=None, read_line=None, stderr=None):
    """Starts it and waits. With read_line its stdout is a pipe, and that is called with each line, from a thread.
    Signals that arrive here are passed on; those of the terminal reach the program by themselves."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON | {signal.SIGCHLD})
    try:
        process = subprocess.Popen(
            command, executable=path, env=environment, stdin=stdin, stderr=stderr,
            stdout=None if read_line is None else subprocess.PIPE,
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, before))
        reader = threading.Thread(target=_read, args=(process, read_line), daemon=True)
        if read_line is not None:
            reader.start()
        _wait(process)
        if read_line is not None:
            reader.join(SECONDS_FOR_LAST_OUTPUT)
        return Outcome(process.returncode)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", NOT_EXECUTABLE) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _read(process, read_line):
    with process.stdout:
        for line in process.stdout:
            read_line(line)


def _wait(process):
    while process.poll() is None:
        received = signal.sigwaitinfo(PASSED_ON | {signal.SIGCHLD})
        if received.si_signo == signal.SIGCHLD:
            continue
        # The terminal sends to the whole foreground, and so to the program as well; then the code is the kernel's.
        if received.si_code <= 0:
            process.send_signal(received.si_signo)
        if received.si_signo == signal.SIGTSTP:
            os.kill(os.getpid(), signal.SIGSTOP)
