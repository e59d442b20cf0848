"""Made-up results of two layers, the second declined, for the tests to change."""

import copy
import dataclasses
import pathlib
import sys

SUITE = pathlib.Path(__file__).resolve().parents[3] / "bench" / "suite"
sys.path[:0] = [str(SUITE), str(SUITE / "peers"), str(SUITE.parent / "processes")]

from layers import Shape  # noqa: E402

TAKEN = Shape(mb=1, ic=64, oc=64, ih=10, iw=10, kh=3, kw=3, ph=1, pw=1)
DECLINED = Shape(mb=8, ic=32, oc=16, ih=7, iw=7, kh=3, kw=3, ph=1, pw=1)


def record(shape, winodnn, direct, **more):
    return {"shape": dataclasses.asdict(shape), "implementation": "wino:f4x4:s16:avx2", "declined": False, "distrust": "",
            "winodnn_ms": winodnn, "direct_ms": direct} | more


def run(mode, threads, *records):
    return {"isa": "avx2", "mode": mode, "threads": threads, "records": list(records)}


def document():
    layers = [{"name": name, "shape": dataclasses.asdict(shape)} for name, shape in (("a", TAKEN), ("b", DECLINED))]
    declined = record(DECLINED, 2, 2, declined=True, implementation="declined")
    taken = record(TAKEN, 1, 3)
    found = {
        "format": 2, "date": "2026-01-02", "isas": ["avx2"], "scaling_file": "small", "files": {"small": layers},
        "machine": {"cpu": "A CPU", "family": "1", "model": "2", "stepping": "3", "processors": 2, "amx": False,
                    "load_before": 0.1},
        "versions": {"winodnn": "1", "oneDNN": "2", "commit": ""}, "peaks": {"avx2": {"s16": 100, "s8": 110}},
        "runs": [run("exact", 1, taken, declined), run("exact", 2, record(TAKEN, 0.5, 2), declined),
                 run("calibrated", 1, record(TAKEN, 0.5, 3, snr=26.04, implementation="wino:f4x4h:s8:avx2"), declined)],
        "peers": [
            {"shape": dataclasses.asdict(TAKEN), "vs_direct": taken, "peers": {
                "Fast": {"implementations": ["direct", "winograd"], "ms": [2, 0.5]},
                "Broken": {"error": "outputs are wrong by up to 9"}}},
            {"shape": dataclasses.asdict(DECLINED), "vs_direct": declined, "peers": {
                "Fast": {"implementations": ["direct"], "ms": [4]},
                "Broken": {"error": "outputs are wrong by up to 9"}}}]}
    return copy.deepcopy(found) # records are shared above
