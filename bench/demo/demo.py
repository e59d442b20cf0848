"""Enlarges a photograph four times by a network, in f32, in int8 by oneDNN and with winodnn, and shows what is gained."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("models", "processes", "suite")]

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
from comparison import Comparison  # noqa: E402
from progress import Progress  # noqa: E402
from quantized_network import QuantizedNetwork  # noqa: E402
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
    return rgb[top:top + h, left:left + w].copy()


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
        network = QuantizedNetwork(super_resolution.Architecture, options, pathlib.Path(scratch), progress)
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
