"""Enlarges a photograph four times by a network, in f32, in int8 by oneDNN and with winodnn, and shows what is gained."""

import argparse
import contextlib
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("models", "processes", "suite")]

import numpy  # noqa: E402

import contenders  # noqa: E402
import fetch  # noqa: E402
import machine  # noqa: E402
import ncnn_model  # noqa: E402
import page  # noqa: E402
import pictures  # noqa: E402
import png  # noqa: E402
import figures  # noqa: E402
import sheet  # noqa: E402
import super_resolution  # noqa: E402
import whole_picture  # noqa: E402
from asked_process import ProcessEnded  # noqa: E402
from progress import Progress  # noqa: E402
from referee import hold_rounds  # noqa: E402
from super_resolution import FACTOR  # noqa: E402

# What is compared of a large picture: more would take minutes, and nobody could look at it.
LARGEST_FRAME = (640, 360)
SECONDS_OF_ROUNDS = 20


def cpu():
    return machine.describe()["cpu"]


def on_what():
    threads = contenders.threads()
    return f"{cpu()}, {threads} thread{'s' * (threads > 1)}"


def middle(rgb):
    """The middle of a picture that is larger than a frame, else all of it."""
    height, width = rgb.shape[:2]
    w, h = LARGEST_FRAME
    if width * height <= w * h:
        return rgb
    left, top = max(width - w, 0) // 2, max(height - h, 0) // 2
    return numpy.ascontiguousarray(rgb[top:top + h, left:left + w])


class Network:
    """The quantized network: its processes, for frames of any size."""

    def __init__(self, options, folder, progress):
        model = fetch.fetch(fetch.REALESR, options.models, progress.say)
        self._convolutions = super_resolution.by_rows(
            ncnn_model.read_convolutions(model / "network.param", model / "network.bin"))
        self._networks = contenders.Networks(options.programs, options.library, model)
        self._library, self._models, self._folder = options.library, options.models, folder
        self._quantized = None
        samples = list(pictures.calibration())
        self._sample_files = [self._write(f"sample{i}", sample) for i, sample in enumerate(samples)]
        height, width = samples[0].shape[:2]
        progress.show("Quantizing", 0)
        self._quantized = super_resolution.quantize(self._convolutions, self._maxima(height, width))
        progress.show("Calibrating winodnn, once", 0.05)
        self.calibration = self._calibrate(height, width)

    @property
    def reach(self):
        """How far a pixel of the output sees."""
        return super_resolution.reach(self._convolutions)

    def _write(self, name, array):
        path = self._folder / name
        array.tofile(path)
        return path

    def _files(self, height, width):
        """Descriptions and parameters for frames of a size, by network."""
        folder = self._folder / f"{width}x{height}"
        described = {"f32": super_resolution.describe_f32(self._convolutions, height, width)}
        if self._quantized:
            described["int8"] = super_resolution.describe_int8(self._quantized, height, width)
        return {name: description.write_to(folder / name) for name, description in described.items()}

    def _maxima(self, height, width):
        """Of the f32 network's channels."""
        maxima = {}
        with self._networks.start_runner(self._files(height, width)["f32"], {}) as process:
            self.isa, self.onednn = process.introduction["isa"], process.introduction["onednn"]
            for path in self._sample_files:
                for name, values in process.ask("maxima", str(path)).items():
                    maxima[name] = numpy.maximum(maxima.get(name, 0), values)
        return maxima

    def _calibrate(self, height, width):
        """winodnn's file; made again only if the network or the library is another one."""
        files = self._files(height, width)["int8"]
        content = b"".join(path.read_bytes() for path in (*files, self._library))
        path = self._models / f"calibration-{hashlib.sha256(content).hexdigest()[:16]}.json"
        if not path.exists():
            for old in self._models.glob("calibration-*.json"):
                old.unlink()
            with self._networks.start_runner(files, {"WINODNN_CALIBRATE": str(path)}, is_winodnn=True) as process:
                for sample in self._sample_files:
                    process.ask("run", str(sample), str(self._folder / "unused"))
            if not path.exists():
                raise ProcessEnded("winodnn wrote no calibration")
        return path

    @contextlib.contextmanager
    def running(self, those, height, width):
        """The processes of contenders, for frames of one size."""
        files = self._files(height, width)
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(self._networks.start(c, files, width, height)) for c in those]

    def enlarge(self, process, rgb):
        source, target = self._write("source", rgb), self._folder / "target"
        process.ask("run", str(source), str(target))
        return numpy.fromfile(target, numpy.uint8).reshape(FACTOR * rgb.shape[0], FACTOR * rgb.shape[1], -1)


class Comparison:
    def __init__(self, network, options, frame, progress):
        self._network, self._options, self._frame, self._progress = network, options, frame, progress
        self._contenders = contenders.contenders(network.isa, options.library, network.calibration)

    def _outputs(self, processes):
        outputs = {}
        for i, (contender, process) in enumerate(zip(self._contenders, processes)):
            self._progress.show(f"Enlarging: {contender.title}", 0.2 + 0.3 * i / len(processes))
            outputs[contender.key] = self._network.enlarge(process, self._frame)
        return outputs

    def _time(self, processes, seconds):
        def show(number):
            self._progress.show(f"Timing, round {number + 1}", min(0.5 + number / 40, 0.9))
        return hold_rounds(self._options.programs / "referee", [lambda p=process: p.ask("turn") for process in processes],
                           seconds, show)

    def run(self, seconds):
        """In so many seconds of timing at the most: results, the enlarged pictures by key, and what makes the times not to be trusted."""
        with self._network.running(self._contenders, *self._frame.shape[:2]) as processes:
            outputs = self._outputs(processes)
            times, distrust = self._time(processes, seconds)
        found = []
        for contender, process, timed in zip(self._contenders, processes, times):
            output = outputs[contender.key]
            is_int8 = contender.network == "int8"
            found.append(figures.Result(
                contender.key, contender.title, f"{contender.key}.png", process.introduction["steps"],
                figures.decibels(output, outputs["f32"]),
                int((output != outputs["onednn"]).sum()) if is_int8 else None, process.introduction.get("isa", ""),
                timed.seconds, timed.is_confirmed, timed.parts))
        return found, outputs, distrust


def report(folder, picture, frame, found, outputs, distrust, network):
    """Writes all files of the report but the enlarged whole; the sentences to say, and whether all is as it should be."""
    bicubic = pictures.bicubic(frame, FACTOR)
    png.save(folder / "input.png", frame)
    png.save(folder / "bicubic.png", bicubic)
    for result in found:
        png.save(folder / result.file, outputs[result.key])
    said, is_right = figures.conclusion(found)
    corner = sheet.most_different(outputs["winodnn-calibrated"], outputs["f32"], FACTOR)
    details = [("bicubic\n", bicubic)] + [(sheet.caption(r), outputs[r.key]) for r in found]
    sheet.contact_sheet(details, corner, FACTOR).save(folder / "sheet.png")
    files = [("bicubic.png", "bicubic")] + [(r.file, r.title) for r in found]
    introduction = (f"{picture.title}, {frame.shape[1]} x {frame.shape[0]} pixels, enlarged four times by realesr-animevideov3 "
                    f"on {on_what()}, oneDNN {network.onednn}.")
    (folder / "index.html").write_text(
        page.render("A photograph, enlarged four times", introduction, distrusted(distrust), found, said, files),
        encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(
        {"machine": cpu(), "threads": contenders.threads(), "onednn": network.onednn,
         "frame": [frame.shape[1], frame.shape[0]], "distrust": distrust,
         "results": [figures.as_json(r) for r in found]}, indent=1) + "\n", encoding="utf-8")
    return said, is_right


def distrusted(distrust):
    if not distrust:
        return ""
    return (f"Some times are not known, because they cannot be trusted: {distrust}. Run it again while the machine has nothing "
            "else to do. The pictures do not depend on that.")


def demonstrate(options, folder, progress):
    picture = pictures.read(options.picture) if options.picture else pictures.sample()
    width, height = picture.size
    progress.say(f"{picture.title}, {width} x {height} pixels, to be enlarged four times by realesr-animevideov3, on {on_what()}")
    for remark in picture.remarks:
        progress.say(remark)
    frame = middle(picture.rgb)
    is_whole = frame.shape == picture.rgb.shape
    if not is_whole:
        progress.say(f"Compared is its middle, {frame.shape[1]} x {frame.shape[0]} pixels; all of it is enlarged afterwards.")
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        network = Network(options, pathlib.Path(scratch), progress)
        found, outputs, distrust = Comparison(network, options, frame, progress).run(SECONDS_OF_ROUNDS)
        said, is_right = report(folder, picture, frame, found, outputs, distrust, network)
        whole_picture.enlarge(network, picture, folder / "enlarged.png", options.library, progress)
    progress.say("\n" + figures.table(found) + "\n")
    for sentence in filter(None, (*said, distrusted(distrust))):
        progress.say(sentence)
    return is_right


def parse():
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="the folder of network_runner and referee")
    parser.add_argument("--library", type=pathlib.Path, required=True, help="libwinodnn.so")
    parser.add_argument("--models", type=pathlib.Path, required=True, help="where downloaded networks are kept")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the folder to leave the pictures in")
    parser.add_argument("picture", nargs="?", help="a photograph; one of scikit-image's if there is none")
    return parser.parse_args()


def main():
    options, progress = parse(), Progress()
    partial = options.output.with_name(options.output.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        is_right = demonstrate(options, partial, progress)
        shutil.rmtree(options.output, ignore_errors=True)
        partial.rename(options.output)
        progress.say(f"\nOpen {options.output / 'index.html'} in a browser; everything else is beside it.")
        return 0 if is_right else 1
    except (pictures.NotAPicture, fetch.NotFetched, ncnn_model.BadModel, contenders.NotPreloaded, ProcessEnded,
            OSError) as error:
        progress.say("")
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        progress.say("")
        return 130
    finally:
        shutil.rmtree(partial, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
