"""winodnn: faster int8 convolutions under programs that use oneDNN. The command is `python -m winodnn`."""

import pathlib

from . import place

__version__ = place.VERSION


def library_path():
    """libwinodnn.so, to be preloaded or linked before oneDNN."""
    return str((pathlib.Path(__file__).parent / place.LIBRARY).resolve())


def get_include():
    """The folder for a compiler's -I: it holds winodnn/winodnn.h."""
    return str((pathlib.Path(__file__).parent / place.INCLUDE).resolve())
