"""Tables and plots of what measure.py wrote: report.py FOLDER [--publish DOCS]. FOLDER/benchmarks/results.json is read,
FOLDER/benchmarks.md and the plots beside the results are written, so that all of it can be copied into docs."""

import argparse
import pathlib
import shutil
import sys

import plots
import results
import text


def write_plots(found, folder):
    for old in folder.glob("*.svg"):
        old.unlink()
    for file in found.files:
        plots.speedups(found, file, folder / f"speedup-{file}.svg")
        plots.rooflines(found, file, folder / f"roofline-{file}.svg")
    if len(found.threads) > 1:
        plots.scaling(found, folder / "threads.svg")


def publish(folder, docs):
    # Plots of layer files that are no longer measured would stay otherwise.
    shutil.rmtree(docs / "benchmarks", ignore_errors=True)
    shutil.copytree(folder / "benchmarks", docs / "benchmarks")
    shutil.copy(folder / "benchmarks.md", docs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--options", default="", help="of the command, for the report to say")
    parser.add_argument("--publish", type=pathlib.Path, metavar="DOCS")
    arguments = parser.parse_args()
    benchmarks = arguments.folder / "benchmarks"
    found = results.read(benchmarks / "results.json")
    write_plots(found, benchmarks)
    page = arguments.folder / "benchmarks.md"
    page.write_text(text.report(found, arguments.options), encoding="utf-8")
    if arguments.publish and found.unknown_times:
        sys.exit(f"report.py: not published, {found.unknown_times} times could not be trusted: {page}")
    if arguments.publish:
        publish(arguments.folder, arguments.publish)
        page = arguments.publish / page.name
    print(f"The report: {page}")


if __name__ == "__main__":
    try:
        main()
    except (results.BadResultsFile, OSError) as error:
        sys.exit(f"report.py: {error}")
