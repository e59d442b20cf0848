"""VGG-16 and ResNet-50 on a photograph, with oneDNN alone and with winodnn preloaded, step by step."""

import argparse
import operator
import os
import pathlib
import statistics
import sys
import tempfile
import time

import photograph
import table
from network_process import NetworkProcess, ProcessEnded

# Each round times the step in the one process, then in the other: what else the machine does hits both.
ROUNDS = 7
CAP_WITHOUT_AMX = "AVX512_CORE_VNNI"


def is_listed_in_vgg16(step):
    return step["convolution"]


def is_listed_in_resnet50(step):
    return step["convolution"] and step["kernel"] == 3 and step["stride"] == 1


NETWORKS = (
    ("vgg16", "VGG-16", "thirteen 3x3 convolutions", is_listed_in_vgg16),
    ("resnet50", "ResNet-50", "stride-1 3x3 convolutions", is_listed_in_resnet50),
)


class Demo:
    def __init__(self, program, library, image, folder):
        self._program = program
        self._library = library
        self._image = image
        self._outputs = [str(folder / name) for name in ("onednn.out", "winodnn.out")]

    def compare(self, name, is_listed, environment):
        """Yields a row for each step of the network."""
        preload = ":".join(filter(None, (self._library, os.environ.get("LD_PRELOAD"))))
        preloaded = environment | {"LD_PRELOAD": preload}
        with (NetworkProcess(self._program, name, self._image, environment) as onednn,
              NetworkProcess(self._program, name, self._image, preloaded) as winodnn):
            if not winodnn.has_loaded(os.path.realpath(self._library)):
                sys.exit(f"demo: {self._library} could not be preloaded")
            self.isa = onednn.introduction["isa"]
            for _ in range(onednn.introduction["steps"]):
                yield self._compare_step(onednn, winodnn, is_listed)

    def _compare_step(self, onednn, winodnn, is_listed):
        both = (onednn, winodnn)
        steps = [process.ask("next", path) for process, path in zip(both, self._outputs)]
        expected, actual = (pathlib.Path(path).read_bytes() for path in self._outputs)
        differing = 0
        if expected != actual:
            differing = sum(map(operator.ne, expected, actual))
            # Later steps are compared on the same input, so that each difference is counted where it arises.
            winodnn.ask("adopt", self._outputs[0])
        seconds = ([], [])
        for _ in range(ROUNDS):
            for process, its_seconds in zip(both, seconds):
                its_seconds.extend(process.ask("time")["seconds"])
        return table.Row(name=steps[0]["name"], is_listed=is_listed(steps[0]),
                         onednn=steps[0]["implementation"], onednn_seconds=statistics.median(seconds[0]),
                         winodnn=steps[1]["implementation"], winodnn_seconds=statistics.median(seconds[1]),
                         differing_bytes=differing,
                         nonzero=steps[0]["nonzero"], saturated=steps[0]["saturated"])

    def run(self, environment):
        """Prints the tables of all networks; returns their rows."""
        all_rows = []
        for name, title, listed_ones, is_listed in NETWORKS:
            print(f"\n{title}, int8, 224 x 224, batch 1")
            table.print_head()
            rows = []
            for row in self.compare(name, is_listed, environment):
                rows.append(row)
                if row.is_listed:
                    table.print_row(row)
            table.print_total(listed_ones, [row for row in rows if row.is_listed])
            table.print_total("all convolutions and max pools", rows)
            all_rows += rows
        return all_rows


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "unknown"


def threads():
    return os.environ.get("OMP_NUM_THREADS") or str(len(os.sched_getaffinity(0)))


def busy_share(seconds=0.5):
    """The share of the CPUs' time that other programs take."""
    def idle_and_all():
        with open("/proc/stat", encoding="utf-8") as stat:
            ticks = [int(number) for number in stat.readline().split()[1:]]
        return ticks[3], sum(ticks)

    idle_before, all_before = idle_and_all()
    time.sleep(seconds)
    idle_after, all_after = idle_and_all()
    return 1 - (idle_after - idle_before) / (all_after - all_before)


def introduce(program, image, picture, size):
    with NetworkProcess(program, "vgg16", image, {}) as network:
        onednn, isa = network.introduction["onednn"], network.introduction["isa"]
    print(f"{cpu_model()}, {threads()} threads, oneDNN {onednn}, {isa}")
    print(f"{picture}, {size[0]} x {size[1]} pixels")
    busy = busy_share()
    # A thread that waits for another which waits for a CPU: one such neighbour is enough.
    if busy > 0.2:
        print(f"Other programs take {busy:.0%} of this machine's CPUs: times will be too long, and uneven.")


def conclude(rows, isa):
    """Says what the rows show; whether that is as it should be."""
    differing = sum(row.differing_bytes for row in rows)
    print()
    if not any(row.is_taken_over for row in rows):
        print("Every convolution was left to oneDNN; WINODNN_VERBOSE=2 tells why.")
    elif differing == 0:
        print("Every output byte is equal.")
    elif "vnni" in isa or "avx512_core_" in isa:
        print(f"{differing} output bytes differ: that is a defect.")
        return False
    else:
        print(f"{differing} output bytes differ: without VNNI oneDNN's convolution saturates sums of two\n"
              "products. docs/numerics.md shows which of the two is right.")
    return True


def demonstrate(program, library, picture):
    pixels, size = photograph.read(picture)
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "image.raw")
        pathlib.Path(image).write_bytes(pixels)
        introduce(program, image, picture, size)
        demo = Demo(program, library, image, pathlib.Path(folder))
        rows = demo.run({})
        if "amx" in demo.isa and not any(row.is_taken_over for row in rows):
            print("\nThis machine's direct int8 convolutions have the AMX units, which are faster than\n"
                  "Winograd on VNNI, so everything was left to oneDNN. The same again without AMX, with\n"
                  f"ONEDNN_MAX_CPU_ISA={CAP_WITHOUT_AMX} for both:")
            rows = demo.run({"ONEDNN_MAX_CPU_ISA": CAP_WITHOUT_AMX})
        return conclude(rows, demo.isa)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="demo_network")
    parser.add_argument("--library", required=True, help="libwinodnn.so")
    parser.add_argument("image", nargs="?", help="a photograph; scikit-learn's sample if there is none")
    arguments = parser.parse_args()
    try:
        picture = arguments.image or photograph.sample()
        sys.exit(0 if demonstrate(arguments.program, arguments.library, picture) else 1)
    except photograph.NotAnImage as error:
        sys.exit(f"demo: {error}")
    except ProcessEnded:
        sys.exit("demo: a demo_network ended early")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
