"""The demo's input: a photograph as 224 x 224 RGB bytes."""

import importlib.util
import pathlib

from PIL import Image, ImageOps

SIDE = 224


class NotAnImage(Exception):
    """Says what is wrong with the file."""


def sample():
    """The path of scikit-learn's photograph of a Chinese palace."""
    # Only looked up: importing the package would want the numerical libraries that it needs.
    folder = importlib.util.find_spec("sklearn").submodule_search_locations[0]
    return pathlib.Path(folder, "datasets", "images", "china.jpg")


def read(path):
    """The middle of the image at `path`, scaled to SIDE x SIDE, as bytes; the image's own size."""
    try:
        with Image.open(path) as image:
            size = image.size
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "not an image that can be read"
        raise NotAnImage(f"{path}: {reason}") from error
    return ImageOps.fit(upright, (SIDE, SIDE)).tobytes(), size
