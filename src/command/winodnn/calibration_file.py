"""What a calibration file says of its layers."""

import json

from .failure import Failure

VERSION_KEY = "winodnn_calibration"


def read(path):
    """The layers, as they are in the file."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if VERSION_KEY not in document:
            raise Failure(f"{path}: is not a calibration: make one with winodnn calibrate -o {path} -- PROGRAM")
        return document["layers"]
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"{path}: is not a calibration: {error!r}") from error
