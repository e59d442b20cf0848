"""Measures layer files and writes all raw numbers: measure.py --programs FOLDER --output FILE LAYERS..."""

import argparse
import contextlib
import dataclasses
import datetime
import math
import pathlib
import subprocess
import sys

import layers
import machine
import plan
import results
import roofline
from disturbance import LEAST_SHARE, Watch
from peer import PEERS, Peer
from vs_direct import BadResults, VsDirect

# A shape that any of the ISAs computes at once.
PROBE = layers.Shape(mb=1, ic=16, oc=16, ih=8, iw=8, kh=3, kw=3, ph=1, pw=1)
# Of the default layer files. The others are variations on these.
FILES_WITH_PEERS = ("core", "lowino")


def isas_of(program):
    found = []
    for isa in plan.ISAS:
        with VsDirect(program, [PROBE], isa, "exact", 1, 1, quiet=True) as run, contextlib.suppress(BadResults):
            run.results()
            found.append(isa)
    if not found:
        raise BadResults("vs_direct runs at no ISA")
    return found


def measure(program, run):
    watch = Watch()
    with VsDirect(program, run.shapes, run.isa, run.mode, run.threads, run.repetitions) as running:
        context, records = running.results()
    return context, {"isa": run.isa, "mode": run.mode, "threads": run.threads, "target_snr": context.get("target_snr"),
                     "share_of_cpu": watch.share_of_cpu(),
                     "records": [record | {"shape": dataclasses.asdict(shape)}
                                 for shape, record in zip(run.shapes, records)]}


def measure_with_peers(program, shapes, isa):
    """Each repetition of vs_direct is followed by one of each peer. Versions, the share of a CPU, and a record for each
    shape."""
    watch = Watch()
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(VsDirect(program, shapes, isa, "exact", 1, plan.REPETITIONS, in_turns=True))
        peers = [stack.enter_context(Peer(name)) for name in PEERS]
        for shape in shapes:
            say(f"   {shape.text}, {shape.mb} image{'s' * (shape.mb > 1)}")
            for peer in peers:
                peer.prepare(shape)
            for _ in range(plan.REPETITIONS):
                running.take_turn()
                for peer in peers:
                    peer.take_turn()
        _, records = running.results()
    for peer in peers:
        for shape, record in zip(shapes, peer.records):
            if "error" in record:
                say(f"   {PEERS[peer.name]}: {shape.text}: {record['error']}")
    return ({PEERS[peer.name]: peer.version for peer in peers}, watch.share_of_cpu(),
            [{"shape": dataclasses.asdict(shape), "vs_direct": record,
              "peers": {PEERS[peer.name]: peer.records[place] for peer in peers}}
             for place, (shape, record) in enumerate(zip(shapes, records))])


def say(text):
    print(text, flush=True)


def warn(share_of_cpu):
    if share_of_cpu < LEAST_SHARE:
        say(f"   Other programs ran on the same processor: this run had {share_of_cpu:.0%} of it")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--peers", choices=("none", "some", "all"), required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("layers", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    program = arguments.programs / "vs_direct"

    files = {path.stem: layers.read(path) for path in arguments.layers}
    if len(files) < len(arguments.layers):
        raise layers.BadLayer("two of the layer files have the same name")
    with_peers = {name: found for name, found in files.items()
                  if arguments.peers == "all" or arguments.peers == "some" and name in FILES_WITH_PEERS}
    of_machine = machine.describe()
    isas, peaks = isas_of(program), roofline.measured_peaks(arguments.programs / "stages")
    scaling_file = next(iter(files))
    runs = plan.runs_of(layers.unique_shapes(files), layers.unique_shapes({"": files[scaling_file]}), isas,
                        of_machine["processors"], arguments.quick)
    peer_shapes = layers.unique_shapes(with_peers)
    seconds = [plan.run_seconds(run, peaks) for run in runs]
    of_peers = plan.peers_seconds(peer_shapes, len(PEERS), isas[-1], peaks) if peer_shapes else 0
    minutes = math.ceil((sum(seconds) + of_peers) / 60)
    say(f"This takes about {minutes} minute{'s' * (minutes > 1)}. Leave the machine alone meanwhile.")

    document = {"format": results.FORMAT, "date": datetime.date.today().isoformat(), "machine": of_machine,
                "versions": {}, "isas": isas, "peaks": peaks, "scaling_file": scaling_file,
                "files": {name: [dataclasses.asdict(layer) for layer in found] for name, found in files.items()},
                "runs": [], "peers": [], "peers_share_of_cpu": None}
    for run, expected in zip(runs, seconds):
        say(f"{run.text}: about {expected:.0f} s")
        context, measured = measure(program, run)
        if run.threads == 1:
            warn(measured["share_of_cpu"])
        document["runs"].append(measured)
        document["versions"] |= {"winodnn": context["winodnn"], "oneDNN": context["onednn"]}
    document["versions"]["commit"] = machine.commit()
    if peer_shapes:
        say(f"With peers, {len(peer_shapes)} shapes: about {of_peers:.0f} s")
        versions, document["peers_share_of_cpu"], document["peers"] = measure_with_peers(program, peer_shapes, isas[-1])
        warn(document["peers_share_of_cpu"])
        document["versions"] |= versions
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    results.write(arguments.output, document)


if __name__ == "__main__":
    try:
        main()
    except (layers.BadLayer, BadResults, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"measure.py: {error}")
