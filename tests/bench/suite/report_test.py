import math
import pathlib
import tempfile
import unittest

import documents
from documents import DECLINED, TAKEN

import results
import roofline
import tables
import text


def row(table, name):
    return next([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
                if line.startswith(f"| {name} "))


class Geomean(unittest.TestCase):
    def test_is_one(self):
        self.assertAlmostEqual(results.geomean([1, 4]), 2)
        self.assertAlmostEqual(results.geomean(x for x in [0.5, 2, 1]), 1)
        self.assertTrue(math.isnan(results.geomean([])))


class File(unittest.TestCase):
    def refused(self, content, message):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "results.json"
            if content is not None:
                path.write_text(content)
            with self.assertRaisesRegex(results.BadResultsFile, message):
                results.read(path)

    def test_missing_or_broken(self):
        self.refused(None, "No such file")
        for content in ("", "{", "[]", "null", "{}", '{"format": 2}'):
            self.refused(content, "results.json: ")
        self.refused('{"format": 3}', "its format is 3")

    def test_every_part_is_needed(self):
        for part in documents.document():
            document = documents.document()
            del document[part]
            with self.assertRaises(results.BadResultsFile, msg=part):
                results.Results(document)

    def test_every_layer_is_needed(self):
        document = documents.document()
        del document["runs"][0]["records"][1]
        with self.assertRaisesRegex(results.BadResultsFile, "small: b was not measured"):
            results.Results(document)

    def test_a_layer_without_times(self):
        document = documents.document()
        document["runs"][0]["records"][0]["direct_ms"] = [1]
        with self.assertRaises(results.BadResultsFile):
            results.Results(document)

    def test_is_read_as_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "results.json"
            results.write(path, documents.document())
            self.assertEqual(results.read(path).run("avx2", "exact"),
                             results.Results(documents.document()).run("avx2", "exact"))


class Figures(unittest.TestCase):
    def setUp(self):
        self.found = results.Results(documents.document())

    def test_speedup_is_1_if_declined(self):
        timings = self.found.run("avx2", "exact")
        self.assertEqual(timings[TAKEN].speedup, 3)
        self.assertEqual(timings[DECLINED].speedup, 1)
        self.assertAlmostEqual(self.found.geomean_of("small", "avx2", "exact"), math.sqrt(3))
        self.assertIsNone(self.found.geomean_of("small", "avx512_core", "exact"))

    def test_layers_table(self):
        table = tables.layers_of(self.found, "small")
        gmacs = TAKEN.macs * 1e-6
        self.assertEqual(row(table, "a"), ["a", "64 → 64, 10x10", "1", "3.000", "1.000", "3.00", f"{gmacs:.0f}", "0.500",
                                           "6.00", f"{gmacs / 0.5:.0f}", "26.0"])
        self.assertEqual(row(table, "b")[3:6], ["2.000", "declined", ""])

    def test_peers_table(self):
        table = tables.peers_of(self.found, "small")
        gmacs = TAKEN.macs * 1e-6
        self.assertEqual(row(table, "a")[3:], [f"{gmacs / 3:.0f}", f"{gmacs:.0f}", f"{gmacs / 0.5:.0f} (winograd)", "failed",
                                               "Fast"])
        self.assertEqual(row(table, "b")[4], "declined")
        self.assertEqual(row(table, "b")[-1], "oneDNN direct")
        # One has no figures, and winodnn is not compared with itself.
        self.assertEqual(row(table, "**winodnn's")[3:], [f"{math.sqrt(3):.2f}", "", "1.00", "", ""])
        self.assertIn("Broken, 2 shapes", tables.failures(self.found))

    def test_scaling_table(self):
        self.assertEqual(row(tables.scaling(self.found), "2"),
                         ["2", f"{math.sqrt(1.5):.2f}", f"{math.sqrt(2):.2f}", f"{math.sqrt(4):.2f}"])

    def test_report_has_all_parts(self):
        page = text.report(self.found, "")
        for part in ("A CPU", "oneDNN 2", "2026-01-02", "### small, with others", "## Threads", "speedup-small.svg",
                     "roofline-small.svg", "Not measured"):
            self.assertIn(part, page)
        for part in ("AMX", "not be trusted", "commit"):
            self.assertNotIn(part, page)

    def test_report_without_what_was_not_measured(self):
        document = documents.document()
        document |= {"runs": document["runs"][:1], "peers": []}
        page = text.report(results.Results(document), "")
        for part in ("with others", "## Threads", "target of", "Not measured", "avx512"):
            self.assertNotIn(part, page)

    def test_says_what_spoils_it(self):
        document = documents.document()
        document["machine"]["amx"] = True
        document["runs"][0]["records"][0] |= {"winodnn_ms": None, "direct_ms": None}
        document["peers"][0]["peers"]["Fast"]["ms"] = [None, 0.5]
        document["peers"][1]["peers"]["Fast"]["ms"] = [None]
        found = results.Results(document)
        head = tables.head(found)
        self.assertIn("AMX", head)
        self.assertIn("3 times could not be trusted", head)
        self.assertEqual(row(tables.layers_of(found, "small"), "a")[3:7], ["?"] * 4)
        self.assertEqual(found.geomean_of("small", "avx2", "exact"), 1)
        peers = tables.peers_of(found, "small")
        self.assertEqual(row(peers, "a")[3:], ["?", "?", f"{TAKEN.macs * 2e-6:.0f} (winograd)", "failed", "?"])
        self.assertEqual(row(peers, "b")[-3:], ["?", "failed", "?"])


class Roofline(unittest.TestCase):
    def test_reductions(self):
        for tile, expected in {"f4x4": 4, "f4x4h": 4, "f2x2": 2.25, "f1x4": 2, "f4x1h": 2, "row2": 1.5, "column4h": 2,
                               "f2x4": 3}.items():
            self.assertAlmostEqual(roofline.reduction(tile), expected, msg=tile)
        with self.assertRaises(ValueError):
            roofline.reduction("g4x4")

    def test_ceiling_is_of_the_multiplies_of_its_type(self):
        peaks = {"avx2": {"s16": 100, "s8": 110}}
        self.assertAlmostEqual(roofline.ceiling("wino:f4x4:s16:avx2", peaks), 400)
        self.assertAlmostEqual(roofline.ceiling("wino:f2x2:s8:avx2", peaks), 247.5)


if __name__ == "__main__":
    unittest.main()
