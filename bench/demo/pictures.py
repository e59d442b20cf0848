"""Photographs: one to be enlarged, as the user has it, and samples."""

import dataclasses
import importlib.util
import pathlib

import numpy
from PIL import Image, ImageOps

# Each a photograph with other things in it: what is calibrated with is never what is shown.
SAMPLE, CALIBRATION = "astronaut.png", ("chelsea.png", "coffee.png")
SAMPLE_SIZE = (256, 256)
CALIBRATION_SIZE = (320, 180)


class NotAPicture(Exception):
    """Says what is wrong with the file."""


@dataclasses.dataclass
class Picture:
    title: str
    rgb: numpy.ndarray  # height, width, 3
    alpha: Image.Image | None = None
    is_grey: bool = False
    remarks: list = dataclasses.field(default_factory=list)  # sentences

    @property
    def size(self):
        return self.rgb.shape[1], self.rgb.shape[0]


def _sample_path(name):
    # Only looked up: importing the package would want the numerical libraries that it needs.
    folder = importlib.util.find_spec("skimage").submodule_search_locations[0]
    return pathlib.Path(folder, "data", name)


def sample():
    with Image.open(_sample_path(SAMPLE)) as image:
        small = image.convert("RGB").resize(SAMPLE_SIZE, Image.Resampling.LANCZOS)
    return Picture(f"{SAMPLE} of scikit-image, shrunk", numpy.asarray(small))


def calibration():
    """The middles of the photographs that ranges are taken from, as arrays."""
    for name in CALIBRATION:
        with Image.open(_sample_path(name)) as image:
            yield numpy.asarray(ImageOps.fit(image.convert("RGB"), CALIBRATION_SIZE, Image.Resampling.LANCZOS))


def frame(width, height):
    """The middle of a photograph that is about as large."""
    with Image.open(_sample_path("rocket.jpg")) as image:
        return numpy.asarray(ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.LANCZOS))


def square(side):
    return frame(side, side)


def _to_8_bits(image):
    """Pillow clips 16-bit grey to 255 where it should scale."""
    if image.mode == "F":
        raise NotAPicture("floating-point pixels have no range; save it as 8 or 16 bits")
    if image.mode.startswith("I"):
        values = numpy.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            raise NotAPicture("its pixels are not 8 or 16 bits")
        return Image.fromarray(((values.astype(numpy.uint32) * 255 + 32767) // 65535).astype(numpy.uint8))
    return image


def _decode(image):
    remarks = []
    if getattr(image, "n_frames", 1) > 1:
        remarks.append(f"It has {image.n_frames} frames; this is the first.")
    image.load()
    upright = _to_8_bits(ImageOps.exif_transpose(image))
    is_grey = upright.mode in ("1", "L", "LA")
    alpha = None
    if "A" in upright.getbands() or "transparency" in upright.info:
        alpha = upright.convert("RGBA").getchannel("A")
        remarks.append("The network enlarges its colours; its transparency is enlarged bicubically.")
    return Picture("", numpy.asarray(upright.convert("RGB")), alpha, is_grey, remarks)


def read(path):
    try:
        with Image.open(path) as image:
            picture = _decode(image)
    except NotAPicture as error:
        raise NotAPicture(f"{path}: {error}") from error
    except Image.DecompressionBombError as error:
        raise NotAPicture(f"{path}: it has more pixels than Pillow is willing to decode") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error) or "not a picture that can be read"
        raise NotAPicture(f"{path}: {reason.replace(f' {path!r}', '')}") from error
    picture.title = pathlib.Path(path).name
    return picture


def bicubic(rgb, factor):
    size = (rgb.shape[1] * factor, rgb.shape[0] * factor)
    return numpy.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC))
