"""Pictures of every kind: right, or a sentence. Skipped without Pillow: the demo has its own."""

import io
import pathlib
import sys
import tempfile
import types
import unittest

import made_up
import numpy

try:
    from PIL import Image
except ImportError:
    print("Pillow is not installed")
    sys.exit(77)

import pictures
import whole_picture


class Pictures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rgb = made_up.picture(20, 30)
        self.image = Image.fromarray(self.rgb)

    def read(self, image, name="a.png", **options):
        path = self.folder / name
        image.save(path, **options)
        return pictures.read(str(path))

    def refused(self, content, message):
        path = self.folder / "bad.png"
        path.write_bytes(content)
        with self.assertRaises(pictures.NotAPicture) as caught:
            pictures.read(str(path))
        self.assertRegex(str(caught.exception), message)
        self.assertEqual(str(caught.exception).count(str(path)), 1)

    def test_colours(self):
        picture = self.read(self.image)
        numpy.testing.assert_array_equal(picture.rgb, self.rgb)
        self.assertEqual((picture.size, picture.alpha, picture.is_grey, picture.remarks), ((30, 20), None, False, []))

    def test_one_pixel(self):
        self.assertEqual(self.read(self.image.crop((3, 4, 4, 5))).rgb.tolist(), [[self.rgb[4, 3].tolist()]])

    def test_grey(self):
        grey = self.image.convert("L")
        for image in (grey, Image.fromarray(numpy.asarray(grey).astype(numpy.uint16) * 257)):
            picture = self.read(image)
            numpy.testing.assert_array_equal(picture.rgb, numpy.asarray(grey)[:, :, None].repeat(3, axis=2))
            self.assertTrue(picture.is_grey)

    def test_transparency(self):
        alpha = Image.fromarray(numpy.arange(600, dtype=numpy.uint16).reshape(20, 30).astype(numpy.uint8))
        image = self.image.copy()
        image.putalpha(alpha)
        picture = self.read(image)
        numpy.testing.assert_array_equal(picture.rgb, self.rgb)
        numpy.testing.assert_array_equal(numpy.asarray(picture.alpha), numpy.asarray(alpha))
        palette = self.read(self.image.quantize(16), "a.gif", transparency=0)
        self.assertEqual(set(numpy.unique(numpy.asarray(palette.alpha))), {0, 255})

    def test_first_of_several_frames(self):
        frames = [self.image.rotate(90 * i) for i in range(3)]
        picture = self.read(frames[0], save_all=True, append_images=frames[1:])
        numpy.testing.assert_array_equal(picture.rgb, self.rgb)
        self.assertIn("3 frames", picture.remarks[0])

    def test_turned_by_the_camera(self):
        exif = self.image.getexif()
        exif[0x112] = 6
        picture = self.read(self.image, exif=exif)
        numpy.testing.assert_array_equal(picture.rgb, numpy.rot90(self.rgb, -1))

    def test_not_a_picture(self):
        content = io.BytesIO()
        self.image.save(content, "PNG")
        self.refused(b"", "cannot identify")
        self.refused(b"hello", "cannot identify")
        self.refused(content.getvalue()[:600], "truncated")
        self.image.convert("F").save(content := io.BytesIO(), "TIFF")
        self.refused(content.getvalue(), "floating-point")
        with self.assertRaisesRegex(pictures.NotAPicture, "nowhere.png: No such file"):
            pictures.read(str(self.folder / "nowhere.png"))


class Finished(unittest.TestCase):
    """Strips as the picture has them."""

    def finish(self, **kind):
        rgb = made_up.picture(6, 5)
        strip = rgb.repeat(4, axis=0).repeat(4, axis=1)
        picture = types.SimpleNamespace(**({"alpha": None, "is_grey": False} | kind))
        rows = [whole_picture._finish(picture, strip[4 * first:4 * last], first, last) for first, last in ((0, 2), (2, 6))]
        return strip, numpy.concatenate(rows)

    def test_grey_stays_grey(self):
        strip, finished = self.finish(is_grey=True)
        self.assertEqual(finished.shape, (24, 20, 1))
        self.assertLessEqual(numpy.abs(finished[:, :, 0] - strip @ [0.299, 0.587, 0.114]).max(), 1)

    def test_transparency_has_no_seams(self):
        alpha = Image.fromarray(made_up.picture(6, 5)[:, :, 0])
        strip, finished = self.finish(alpha=alpha)
        numpy.testing.assert_array_equal(finished[:, :, :3], strip)
        whole = numpy.asarray(alpha.resize((20, 24), Image.Resampling.BICUBIC))
        self.assertLessEqual(numpy.abs(finished[:, :, 3].astype(int) - whole).max(), 1)


if __name__ == "__main__":
    unittest.main()
