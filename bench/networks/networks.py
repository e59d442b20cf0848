"""Whole networks with oneDNN alone and with winodnn preloaded: VGG-16 and ResNet-50 layer by layer, two that enlarge a frame
of 640x360, and one that reads letters. With one thread, and with as many as there are processors."""

import argparse
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("demo", "models", "processes", "suite")]

import captcha_reader  # noqa: E402
import classifiers  # noqa: E402
import contenders  # noqa: E402
import cugan  # noqa: E402
import fetch  # noqa: E402
import figures  # noqa: E402
import machine  # noqa: E402
import pictures  # noqa: E402
import super_resolution  # noqa: E402
from asked_process import ProcessEnded  # noqa: E402
from comparison import Comparison  # noqa: E402
from progress import Progress  # noqa: E402
from quantized_network import QuantizedNetwork  # noqa: E402
from referee import hold_rounds  # noqa: E402

FRAME = (640, 360)
CLASSIFIERS = (("VGG-16", classifiers.vgg16), ("ResNet-50", classifiers.resnet50))


def ratio(a, b):
    return f"{a / b:.2f}" if a and b else ""


def ms(seconds):
    return f"{seconds * 1e3:.3f}" if seconds else "?"


class Classifier:
    """In f32 once, for the scales; then in int8 by oneDNN and by winodnn."""

    def __init__(self, options, folder, steps):
        self._networks = contenders.Networks(options.programs, options.library)
        self._referee, self._seconds = options.programs / "referee", options.seconds
        folder.mkdir()
        self._image = folder / "image"
        pictures.square(classifiers.SIDE).tofile(self._image)
        description, source, output = classifiers.describe(steps)
        with self._networks.start_runner(description.write(folder / "f32", source, output), {}) as f32:
            maxima = f32.ask("maxima", str(self._image))
        description, source, output = classifiers.describe(steps, maxima)
        self._files = description.write(folder / "int8", source, output)

    def compare(self):
        """A row of figures for each step, and what makes their times not to be trusted."""
        with (self._networks.start_runner(self._files, {}) as onednn,
              self._networks.start_runner(self._files, contenders.EXACT, is_winodnn=True) as winodnn):
            both = (onednn, winodnn)
            digests = [process.ask("digests", str(self._image)) for process in both]
            times, distrust = hold_rounds(self._referee, [lambda p=p: p.ask("turn") for p in both], self._seconds)
            rows = [{"name": a["name"], "onednn": a["implementation"], "winodnn": b["implementation"],
                     "taken_over": b["implementation"].startswith("wino:"), "onednn_ms": t and t * 1e3,
                     "winodnn_ms": u and u * 1e3, "same_bytes": digests[0][a["name"]] == digests[1][a["name"]]}
                    for a, b, t, u in zip(onednn.introduction["steps"], winodnn.introduction["steps"],
                                          times[0].parts, times[1].parts)]
        return rows, distrust


def total(rows, key):
    return None if any(row[key] is None for row in rows) else sum(row[key] for row in rows)


def print_rows(rows):
    """Those that were taken over, and totals."""
    form = "   {:16} {:30} {:>9}  {:34} {:>9} {:>8}"
    print(form.format("layer", "oneDNN", "ms", "winodnn", "ms", "speedup"))
    taken = [row for row in rows if row["taken_over"]]
    for row in taken:
        print(form.format(row["name"], row["onednn"], ms(row["onednn_ms"] and row["onednn_ms"] / 1e3), row["winodnn"],
                          ms(row["winodnn_ms"] and row["winodnn_ms"] / 1e3), ratio(row["onednn_ms"], row["winodnn_ms"])))
    for what, those in (("taken over", taken), ("all", rows)):
        a, b = total(those, "onednn_ms"), total(those, "winodnn_ms")
        print(form.format(what, f"{len(those)} layers", ms(a and a / 1e3), "", ms(b and b / 1e3), ratio(a, b)))
    different = [row["name"] for row in rows if not row["same_bytes"]]
    print("   every byte of every layer is equal" if not different else f"   bytes differ in {', '.join(different)}")


def classify(options, folder, results):
    for name, steps in CLASSIFIERS:
        compared = Classifier(options, folder / name, steps())
        for threads in thread_counts():
            os.environ["OMP_NUM_THREADS"] = str(threads)
            print(f"\n{name}, int8, {classifiers.SIDE} x {classifiers.SIDE}, made-up weights, {threads} threads", flush=True)
            rows, distrust = compared.compare()
            print_rows(rows)
            if distrust:
                print(f"   Some times are not known: {distrust}")
            results.append({"network": name, "threads": threads, "distrust": distrust, "layers": rows})


def enlarge(architecture, options, folder, results):
    name = architecture.model.name
    folder = folder / name
    folder.mkdir()
    network = QuantizedNetwork(architecture, options, folder, Progress())
    for threads in thread_counts():
        os.environ["OMP_NUM_THREADS"] = str(threads)
        frame = pictures.frame(*FRAME)
        found, _, distrust = Comparison(network, options, frame, Progress()).run(options.seconds)
        print(f"\n{name}, {frame.shape[1]} x {frame.shape[0]}, {threads} threads\n{figures.table(found)}", flush=True)
        for sentence in figures.conclusion(found)[0]:
            print(f"   {sentence}")
        if distrust:
            print(f"   Some times are not known: {distrust}")
        results.append({"network": name, "threads": threads, "distrust": distrust,
                        "contenders": [figures.as_json(r) for r in found]})


def read_captchas(options, folder, results):
    folder.mkdir()
    os.environ["OMP_NUM_THREADS"] = "1"  # its layers are small
    reader = captcha_reader.Reader(options, folder, Progress())
    rows, distrust = captcha_reader.compare(reader, options, options.captchas, Progress())
    print(f"\nddddocr's convolutions, {captcha_reader.SIZE[0]} x {captcha_reader.SIZE[1]}, 1 thread, {options.captchas} captchas\n"
          f"{captcha_reader.table(rows, options.captchas)}", flush=True)
    if distrust:
        print(f"   Some times are not known: {distrust}")
    results.append({"network": fetch.DDDDOCR.name, "threads": 1, "distrust": distrust, "captchas": options.captchas,
                    "contenders": rows})


def thread_counts():
    processors = len(os.sched_getaffinity(0))
    return (1,) if processors == 1 else (1, processors)


def main():
    parser = argparse.ArgumentParser(prog="networks", description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="the folder of network_runner and referee")
    parser.add_argument("--library", type=pathlib.Path, required=True, help="libwinodnn.so")
    parser.add_argument("--models", type=pathlib.Path, required=True, help="where downloaded networks are kept")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="a JSON file for all figures")
    parser.add_argument("--seconds", type=float, default=60, help="the most that a network's times may take (60)")
    parser.add_argument("--captchas", type=int, default=500, help="how many pictures are read (500)")
    options = parser.parse_args()
    results = []
    print(machine.describe()["cpu"])
    with tempfile.TemporaryDirectory() as scratch:
        classify(options, pathlib.Path(scratch), results)
        for architecture in (super_resolution.Architecture, cugan.Architecture):
            enlarge(architecture, options, pathlib.Path(scratch), results)
        read_captchas(options, pathlib.Path(scratch, "captchas"), results)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps({"machine": machine.describe(), "results": results}, indent=1) + "\n", encoding="utf-8")
    print(f"\nAll figures: {options.output}")


if __name__ == "__main__":
    try:
        main()
    except (fetch.NotFetched, contenders.NotPreloaded, ProcessEnded, OSError) as error:
        sys.exit(f"networks: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
