"""Standard input for a program that is run several times: the first run gets it as it comes, later ones the same."""

import os
import stat
import tempfile
import threading

CHUNK = 1 << 16
STDIN = 0


class ReplayedInput:
    def __init__(self):
        self._kept = None # of a pipe: what has come so far
        mode = os.fstat(STDIN).st_mode
        self._is_device = stat.S_ISCHR(mode) # terminals and /dev/null are for every run as they are
        self._start = os.lseek(STDIN, 0, os.SEEK_CUR) if stat.S_ISREG(mode) else None

    def next_run(self):
        """A file descriptor for the next run, which the caller closes behind it; None: the standard input itself."""
        if self._is_device:
            return None
        if self._start is not None:
            return self._reopened(STDIN, self._start)
        if self._kept is not None:
            return self._reopened(self._kept.fileno(), 0)
        # Nobody else has its name, and it goes with the last descriptor.
        self._kept = tempfile.TemporaryFile(buffering=0)
        read_end, write_end = os.pipe()
        threading.Thread(target=self._copy, args=(write_end,), daemon=True).start()
        return read_end

    @staticmethod
    def _reopened(descriptor, start):
        reopened = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)
        os.lseek(reopened, start, os.SEEK_SET)
        return reopened

    def _copy(self, write_end):
        with open(write_end, "wb", buffering=0) as program:
            try:
                while data := os.read(STDIN, CHUNK):
                    self._kept.write(data)
                    program.write(data)
            except BrokenPipeError:
                pass # the program has read enough, and will have the next time
