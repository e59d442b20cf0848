"""What the demo is made of, without programs."""

import pathlib
import tempfile
import unittest
import zlib

import made_up
import numpy

import figures
import ncnn_model
import png
import quantization
import super_resolution
import tiles


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Model(InFolder):
    def read(self):
        return ncnn_model.read_convolutions(self.folder / "network.param", self.folder / "network.bin")

    def test_is_read_as_written(self):
        layers = made_up.convolutions()
        made_up.write(self.folder, layers)
        for read, (weights, bias, slopes) in zip(self.read(), layers):
            numpy.testing.assert_array_equal(read.weights, weights.astype(numpy.float32))
            numpy.testing.assert_array_equal(read.bias, bias)
            if read.slopes is not None:
                numpy.testing.assert_array_equal(read.slopes, slopes)
        self.assertEqual([c.slopes is None for c in self.read()], [False, False, True])

    def test_is_refused_if_it_is_damaged(self):
        made_up.write(self.folder, made_up.convolutions())
        content, text = (self.folder / "network.bin").read_bytes(), (self.folder / "network.param").read_text()
        for param, binary, message in ((text, content[:-4], "ends too early"), (text, content + b"four", "4 bytes are left over"),
                                       (text, b"\1\2\3\4" + content[4:], "0x4030201"), ("", content, "not an ncnn model"),
                                       (text.replace("1 1 in0", "one 1 in0"), content, "is not a layer")):
            (self.folder / "network.bin").write_bytes(binary)
            (self.folder / "network.param").write_text(param)
            with self.assertRaisesRegex(ncnn_model.BadModel, message):
                self.read()


class Quantization(InFolder):
    def setUp(self):
        super().setUp()
        made_up.write(self.folder, made_up.convolutions())
        self.convolutions = ncnn_model.read_convolutions(self.folder / "network.param", self.folder / "network.bin")
        self.planes = made_up.picture(20, 24).transpose(2, 0, 1) / 255
        self.output, self.maxima = made_up.compute(self.convolutions, self.planes)

    def simulate(self, quantized):
        """The s8 network in f64."""
        planes = self.planes
        for q in quantized:
            real = q.convolution.weights * q.weights_scales.reshape(-1, 1, 1, 1)
            planes, _ = made_up.compute([quantization.dataclasses.replace(q.convolution, weights=real)], planes)
            if q.dst_scale:
                planes = (planes / q.dst_scale).round().clip(-128, 127) * q.dst_scale
        return planes

    def noise(self, quantized):
        return numpy.square(self.simulate(quantized) - self.output).mean()

    def test_equalization_changes_nothing(self):
        equalized, maxima = quantization.equalize(self.convolutions, self.maxima)
        output, found = made_up.compute(equalized, self.planes)
        numpy.testing.assert_allclose(output, self.output, rtol=0, atol=1e-5 * numpy.abs(self.output).max())
        for expected, actual in zip(maxima, found):
            numpy.testing.assert_allclose(actual, expected, rtol=1e-4)

    def test_equalization_makes_it_more_exact(self):
        plain = quantization.quantize(self.convolutions, self.maxima, 1 / 255)
        equalized = quantization.quantize(*quantization.equalize(self.convolutions, self.maxima), 1 / 255)
        self.assertLess(self.noise(equalized) * 4, self.noise(plain))

    def test_weights_are_whole_and_use_their_range(self):
        quantized = quantization.quantize(self.convolutions, self.maxima, 1 / 255)
        for q, largest in zip(quantized, (63, 127, 127)):
            numpy.testing.assert_array_equal(q.convolution.weights, q.convolution.weights.round())
            numpy.testing.assert_array_equal(numpy.abs(q.convolution.weights).max(axis=(1, 2, 3)), largest)

    def test_channel_that_is_always_zero(self):
        self.convolutions[0].weights[5] = self.convolutions[0].bias[5] = 0
        self.convolutions[1].weights[:, 6] = 0
        self.output, self.maxima = made_up.compute(self.convolutions, self.planes)
        equalized, _ = quantization.equalize(self.convolutions, self.maxima)
        output, _ = made_up.compute(equalized, self.planes)
        numpy.testing.assert_allclose(output, self.output, rtol=0, atol=1e-5 * numpy.abs(self.output).max())

    def test_rows_of_channels(self):
        """The last layer's channels: as a pixel shuffle takes them, then row by row."""
        last, = super_resolution.by_rows(self.convolutions[-1:])
        planes = made_up.picture(4, 5).repeat(11, axis=2)[:, :, :32].transpose(2, 0, 1) / 255
        before, after = (made_up.compute([c], planes)[0] for c in (self.convolutions[-1], last))
        shuffled = before.reshape(3, 4, 4, 4, 5).transpose(3, 1, 4, 2, 0).reshape(16, 20, 3)
        rows = after.reshape(4, 4, 3, 4, 5).transpose(3, 0, 4, 1, 2).reshape(16, 20, 3)
        numpy.testing.assert_allclose(rows, 255 * shuffled, atol=1e-3)


class Tiles(unittest.TestCase):
    def test_cover_everything_with_enough_around_it(self):
        for length in range(1, 120):
            for tile, overlap in ((10, 2), (37, 18), (20, 0), (200, 18)):
                found = tiles.spans(length, tile, overlap)
                at = 0
                for span in found:
                    self.assertEqual(span.first, at)
                    self.assertGreater(span.last, span.first)
                    end = span.start + min(length, tile)
                    self.assertTrue(0 <= span.start <= span.first and span.last <= end <= length)
                    self.assertTrue(span.start == 0 or span.first - span.start >= overlap)
                    self.assertTrue(end == length or end - span.last >= overlap)
                    at = span.last
                self.assertEqual(at, length)

    def test_of_nothing_but_overlap(self):
        with self.assertRaises(ValueError):
            tiles.spans(100, 36, 18)


class Png(InFolder):
    def decode(self, path):
        """Chunks, and the rows with their filter undone."""
        content, chunks, at = path.read_bytes(), [], 8
        self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
        while at < len(content):
            size = int.from_bytes(content[at:at + 4], "big")
            kind, body = content[at + 4:at + 8], content[at + 8:at + 8 + size]
            self.assertEqual(int.from_bytes(content[at + 8 + size:at + 12 + size], "big"), zlib.crc32(kind + body))
            chunks.append((kind, body))
            at += 12 + size
        width, height = (int.from_bytes(chunks[0][1][i:i + 4], "big") for i in (0, 4))
        rows = numpy.frombuffer(zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT")), numpy.uint8)
        rows = rows.reshape(height, -1)
        self.assertTrue((rows[:, 0] == 2).all())
        self.assertEqual(chunks[-1], (b"IEND", b""))
        return chunks[0][1][8:10], rows[:, 1:].cumsum(axis=0, dtype=numpy.uint8).reshape(height, width, -1)

    def test_strips_are_one_picture(self):
        for channels, kind in ((1, 0), (3, 2), (4, 6)):
            pixels = numpy.random.default_rng(3).integers(0, 256, (23, 17, channels), numpy.uint8)
            with png.Writer(self.folder / "a.png", 17, 23, channels) as writer:
                for first, last in ((0, 1), (1, 9), (9, 23)):
                    writer.write(pixels[first:last])
            header, decoded = self.decode(self.folder / "a.png")
            self.assertEqual(header, bytes([8, kind]))
            numpy.testing.assert_array_equal(decoded, pixels)


def result(key, **changes):
    steps = [{"op": "convolution", "name": "c", "implementation": "wino:f4x4:s16:avx2" if "winodnn" in key else "jit"}]
    return figures.Result(**{"key": key, "title": key, "file": f"{key}.png", "implementations": steps, "decibels": 40.0,
                             "differing_bytes": 0, "isa": "avx512_core_vnni", "seconds": 0.5, "is_confirmed": True,
                             "step_seconds": [0.4]} | changes)


class Figures(unittest.TestCase):
    def said(self, *changed):
        by_key = {key: result(key) for key in ("onednn", "winodnn-exact", "winodnn-calibrated")}
        return figures.conclusion(list((by_key | {r.key: r for r in changed}).values()))

    def test_cells(self):
        self.assertEqual(figures.cells(result("winodnn-exact", differing_bytes=12345)),
                         ("winodnn-exact", "500.0", "2.0", "1 of 1 convolutions, 80% of the time", "40.0", "12,345"))
        unknown = figures.cells(result("winodnn-exact", seconds=None, is_confirmed=False))
        self.assertEqual(unknown[1:4], ("not known", "", "1 of 1 convolutions"))
        # Seen, but not confirmed.
        self.assertEqual(figures.cells(result("onednn", is_confirmed=False))[1:3], ("not known", ""))

    def test_the_bytes_are_the_same(self):
        said, is_right = self.said()
        self.assertTrue(is_right)
        self.assertIn("byte for byte", said[0])
        self.assertIn("winodnn-exact: 1.00 times as fast as onednn.", said)

    def test_a_difference_with_vnni_is_a_defect(self):
        said, is_right = self.said(result("winodnn-exact", differing_bytes=3))
        self.assertFalse(is_right)
        self.assertIn("3 bytes", said[0])

    def test_a_difference_without_vnni_is_saturation(self):
        said, is_right = self.said(result("winodnn-exact", differing_bytes=3, decibels=42), result("onednn", isa="avx2", decibels=36))
        self.assertTrue(is_right)
        self.assertIn("6.0 dB nearer", said[0])

    def test_no_ratio_of_what_is_not_known(self):
        said, _ = self.said(result("onednn", is_confirmed=False))
        self.assertFalse([sentence for sentence in said if "times as fast" in sentence])

    def test_decibels(self):
        black = numpy.zeros((4, 4, 3), numpy.uint8)
        self.assertAlmostEqual(figures.decibels(black + 1, black), 48.13, 2)
        self.assertEqual(figures.decibels(black, black), float("inf"))


if __name__ == "__main__":
    unittest.main()
