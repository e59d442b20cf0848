"""A bar on a terminal; lines anywhere else."""

import sys

WIDTH = 28


class Progress:
    def __init__(self, stream=sys.stdout):
        self._stream, self._is_terminal, self._said = stream, stream.isatty(), None

    def show(self, text, share):
        """How far `text` is, from 0 to 1."""
        if self._is_terminal:
            filled = round(share * WIDTH)
            self._stream.write(f"\r\033[K[{'#' * filled}{'.' * (WIDTH - filled)}] {text}")
        elif text != self._said:
            self._stream.write(f"   {text}\n")
        self._said = text
        self._stream.flush()

    def say(self, text):
        if self._is_terminal and self._said is not None:
            self._stream.write("\r\033[K")
        self._stream.write(text + "\n")
        self._stream.flush()
        self._said = None
