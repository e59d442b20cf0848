"""Shared oneDNN libraries on this machine, where a loader or a Python would find them."""

import glob
import os
import re
import subprocess
import sys

from . import images
from .environment import readable_file
from .failure import Failure

NAMES = ("libdnnl.so.3", "libdnnl.so.2", "libdnnl.so")


def candidates(environment):
    """Files, best first, each once."""
    folders = [folder for folder in environment.get("LD_LIBRARY_PATH", "").split(":") if folder]
    folders += [os.path.join(prefix, "lib") for prefix in (environment.get("VIRTUAL_ENV"), sys.prefix) if prefix]
    paths = [path for folder in folders if (path := first_in(folder)) is not None] + from_loader_cache()
    # Wheels of frameworks bring theirs along.
    paths += sorted(path for entry in sys.path for path in glob.glob(os.path.join(glob.escape(entry), "*", "*", "libdnnl.so*")))
    found = {}
    for path in paths:
        if os.path.isfile(path):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def v3(environment, named=None):
    """The library to try things with: the one that the user has named, or the best of v3."""
    if named is not None:
        return readable_file(named)
    path = next((image.path for image in find(environment) if image.major == 3), None)
    if path is None:
        raise Failure("no shared oneDNN v3 is in the usual places: name one with --onednn FILE, or put its folder into "
                      "LD_LIBRARY_PATH")
    return path


def first_in(folder):
    paths = (os.path.join(folder, name) for name in NAMES)
    return next((path for path in paths if os.path.isfile(path)), None)


def from_loader_cache():
    try:
        listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return re.findall(r"=> (\S*/libdnnl\.so\.\d+)$", listed, re.MULTILINE)


def find(environment):
    """Images, v3 before v2."""
    found = [image for path in candidates(environment) if (image := images.examine(path)) is not None]
    return sorted(found, key=lambda image: -image.major)
