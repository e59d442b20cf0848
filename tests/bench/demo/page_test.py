"""The demo's page, of made-up results: what it names, shows and hides."""

import html.parser
import math
import unittest

import made_up  # noqa: F401: it finds the demo's modules

import figures
import page


def result(key, seconds=None, confirmed=True, **more):
    convolution = {"op": "convolution", "implementation": "wino:f4x4:s16:avx2" if key.startswith("winodnn") else "jit"}
    return figures.Result(**{"key": key, "title": key.replace("-", ", ", 1), "file": f"{key}.png", "implementations": [convolution],
                             "decibels": 42.125, "differing_bytes": 0, "seconds": seconds, "is_confirmed": confirmed,
                             "step_seconds": [seconds]} | more)


class Reader(html.parser.HTMLParser):
    """Collects what the page shows, and notes tags that are not closed."""

    VOID = {"meta", "img", "input", "link", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.links, self.options, self.rows, self.bars, self.text = [], [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "option":
            self.options.append(attributes["value"])
        if tag == "img" and "src" in attributes:
            self.images.append(attributes["src"])
        if tag == "a":
            self.links.append(attributes["href"])
        if "bar" in attributes.get("class", "").split():
            self.bars.append((attributes["class"], attributes["style"]))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "script" in self.open or "style" in self.open:
            return
        self.text.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


class Page(unittest.TestCase):
    def setUp(self):
        self.found = [result("f32", 0.4, decibels=math.inf, differing_bytes=None), result("onednn-int8", 0.2),
                      result("winodnn-exact", 0.1), result("winodnn-calibrated", 0.05, differing_bytes=12345)]
        self.files = [("bicubic.png", "bicubic")] + [(r.file, r.title) for r in self.found]

    def render(self, title="A picture", introduction="of <somebody> & others", distrust="", said=("It is faster.",)):
        self.source = page.render(title, introduction, distrust, self.found, list(said), self.files)
        return Reader(self.source)

    def test_is_whole(self):
        # HTML may leave </html> out; all else is closed.
        self.assertIn(self.render().open, ([], ["html"]))
        self.assertNotRegex(self.source, r"\{\w*\}")

    def test_offers_every_picture_on_both_sides_and_as_a_link(self):
        read, names = self.render(), [name for name, _ in self.files]
        self.assertEqual(read.options, names * 2)
        self.assertEqual(read.links, names)
        self.assertEqual(read.images, ["sheet.png"])

    def test_begins_with_bicubic_beside_exact(self):
        self.render()
        self.assertIn('choose("left", "bicubic.png")', self.source)
        self.assertIn('choose("right", "winodnn-exact.png")', self.source)

    def test_table_has_the_figures(self):
        head, *rows = self.render().rows
        self.assertEqual(head, list(figures.HEAD))
        self.assertEqual(rows, [list(figures.cells(r)) for r in self.found])
        self.assertEqual(rows[2], ["winodnn, exact", "100.0", "10.0", "1 of 1 convolutions, 100% of the time", "42.1", "none"])

    def test_bars_are_in_proportion(self):
        bars = self.render().bars
        self.assertEqual([style for _, style in bars], [f"width:{width}%" for width in ("100.0", "50.0", "25.0", "12.5")])
        self.assertEqual([name for name, _ in bars], ["bar", "bar", "bar winodnn", "bar winodnn"])

    def test_does_not_show_times_that_cannot_be_trusted(self):
        self.found[0].is_confirmed = False
        read = self.render(distrust="a <busy> machine")
        self.assertIn("a <busy> machine", read.text)
        self.assertEqual(read.rows[1][1:3], ["not known", ""])
        self.assertEqual([style for _, style in read.bars][:2], ["width:0.0%", "width:100.0%"])
        self.assertNotIn("400.0", "".join(read.text))

    def test_escapes_what_it_is_given(self):
        self.found[1].title = "<b>"
        self.files[2] = ("onednn-int8.png", "<b>")
        read = self.render(title="<script>", said=["1 < 2"])
        for text in ("<script>", "of <somebody> & others", "1 < 2", "<b>"):
            self.assertIn(text, read.text)


if __name__ == "__main__":
    unittest.main()
