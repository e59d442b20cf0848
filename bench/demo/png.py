"""Writes a PNG strip by strip: a picture that is larger than memory should be."""

import struct
import zlib

import numpy

COLOUR_TYPES = {1: 0, 3: 2, 4: 6} # by channels
FILTER_UP = 2
# Filtered and compressed at a time.
ROWS = 64
# Above the fastest level a large photograph takes longer to compress than to compute.
LEVEL = 1


class Writer:
    """As a context manager: `write` takes the next rows, an array of height, width and channels."""

    def __init__(self, path, width, height, channels):
        self._width, self._channels = width, channels
        self._file = open(path, "wb")
        self._compressor = zlib.compressobj(LEVEL)
        self._above = numpy.zeros((1, width * channels), numpy.uint8)
        self._file.write(b"\x89PNG\r\n\x1a\n")
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0))

    def _chunk(self, kind, content):
        self._file.write(struct.pack(">I", len(content)) + kind + content)
        self._file.write(struct.pack(">I", zlib.crc32(kind + content)))

    def write(self, rows):
        rows = rows.reshape(len(rows), self._width * self._channels)
        for first in range(0, len(rows), ROWS):
            self._write_band(rows[first:first + ROWS])

    def _write_band(self, rows):
        above = numpy.concatenate([self._above, rows[:-1]])
        filtered = numpy.full((len(rows), 1 + rows.shape[1]), FILTER_UP, numpy.uint8)
        numpy.subtract(rows, above, out=filtered[:, 1:])
        self._above = rows[-1:].copy()
        if compressed := self._compressor.compress(filtered.data):
            self._chunk(b"IDAT", compressed)

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if not failed:
            self._chunk(b"IDAT", self._compressor.flush())
            self._chunk(b"IEND", b"")
        self._file.close()


def save(path, array):
    with Writer(path, array.shape[1], array.shape[0], array.shape[2]) as writer:
        writer.write(array)
