"""The environment in which a program runs with winodnn."""

import os
import pathlib

from . import library_path
from .failure import Failure

# What selects how convolutions are computed. A command that sets one of them leaves none of the others to chance.
CHOICES = ("WINODNN_MODE", "WINODNN_CALIBRATE", "WINODNN_CALIBRATION", "WINODNN_TARGET_SNR", "WINODNN_SCALES",
           "WINODNN_TUNE")


def inherited():
    """What this process was started with. Python itself adds LC_CTYPE where the locale is C, which is no business of
    the programs that it starts."""
    with open("/proc/self/environ", "rb") as file:
        names = {os.fsdecode(entry.split(b"=")[0]) for entry in file.read().split(b"\0")}
    return {name: value for name, value in os.environ.items() if name != "LC_CTYPE" or name in names}


def library_to_preload():
    path = library_path()
    if not os.access(path, os.R_OK):
        raise Failure(f"{path} is missing or cannot be read: install winodnn again")
    if any(separator in path for separator in " :"):
        raise Failure(f"{path} cannot be preloaded: LD_PRELOAD takes spaces and colons for separators. "
                      "Install winodnn into a folder without them")
    return path


def with_preload(environment):
    """A copy with winodnn in front of whatever is preloaded: it has to come before any oneDNN. And with leave to reach a
    oneDNN that is linked statically into another library, unless the user has said something about that."""
    library = library_to_preload()
    others = [path for path in environment.get("LD_PRELOAD", "").replace(" ", ":").split(":")
              if path and path != library]
    return {"WINODNN_REACH": "1", **environment, "LD_PRELOAD": ":".join([library, *others])}


def without_preload(environment):
    """A copy without winodnn, whoever put it there."""
    others = [path for path in environment.get("LD_PRELOAD", "").replace(" ", ":").split(":")
              if path and not pathlib.Path(path).name.startswith("libwinodnn.so")]
    kept = {name: value for name, value in environment.items() if name != "LD_PRELOAD"}
    return {**kept, "LD_PRELOAD": ":".join(others)} if others else kept


def without_choices(environment):
    return {name: value for name, value in environment.items() if name not in CHOICES}


def calibrated_variables(file, target):
    """For a calibration file, and the dB that it is to keep; None: of neither."""
    if file is None:
        if target is not None:
            raise Failure("--target is of calibrated layers: it needs a calibration file")
        return {}
    return {"WINODNN_MODE": "calibrated", "WINODNN_CALIBRATION": readable_file(file)} | (
        {} if target is None else {"WINODNN_TARGET_SNR": str(target)})


def readable_file(path):
    """Its absolute path: programs change folders."""
    try:
        with open(path, "rb"):
            return os.path.abspath(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error


def writable_place(path):
    """The absolute path of a file that can be made or replaced."""
    absolute = os.path.abspath(path)
    folder = os.path.dirname(absolute)
    if os.path.isdir(absolute):
        raise Failure(f"{path}: is a folder, and should be a file")
    if not os.path.isdir(folder):
        raise Failure(f"{path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise Failure(f"{path}: you may not write into {folder}")
    return absolute
