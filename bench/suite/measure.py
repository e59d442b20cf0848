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
from peer import PEERS, Peer
from vs_direct import BadResults, VsDirect, milliseconds

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "processes"))
from referee import hold_rounds  # noqa: E402

# A shape that any of the ISAs computes at once.
PROBE = layers.Shape(mb=1, ic=16, oc=16, ih=8, iw=8, kh=3, kw=3, ph=1, pw=1)
# Of the default layer files. The others are variations on these.
FILES_WITH_PEERS = ("core", "lowino")


def isas_of(program):
    found = []
    for isa in plan.ISAS:
        with VsDirect(program, [PROBE], isa, "exact", 1, 0, quiet=True) as run, contextlib.suppress(BadResults):
            run.results()
            found.append(isa)
    if not found:
        raise BadResults("vs_direct runs at no ISA")
    return found


def measure(program, run):
    with VsDirect(program, run.shapes, run.isa, run.mode, run.threads, plan.SECONDS_OF_LAYER) as running:
        context, records = running.results()
    return context, {"isa": run.isa, "mode": run.mode, "threads": run.threads, "target_snr": context.get("target_snr"),
                     "records": [record | {"shape": dataclasses.asdict(shape)}
                                 for shape, record in zip(run.shapes, records)]}


def time_with_peers(referee, running, peers, shape):
    """Times of winodnn and direct, in ms, and what is wrong with them; those of the peers go to their records."""
    names = ["direct"] if running.next_layer() else ["direct", "winodnn"]
    turns = [lambda name=name: running.turn(name) for name in names]
    counts = [peer.prepare(shape) for peer in peers]
    for peer, count in zip(peers, counts):
        turns += [lambda peer=peer, i=i: peer.turn(i) for i in range(count)]
    times, distrust = hold_rounds(referee, turns, plan.SECONDS_OF_LAYER)
    seconds = [found.seconds if found.is_confirmed else None for found in times]
    for peer, count in zip(reversed(peers), reversed(counts)):
        peer.set_times(seconds[len(seconds) - count:])
        seconds = seconds[:len(seconds) - count]
    in_ms = [None if s is None else milliseconds(s * 1e3) for s in seconds]
    return {"direct_ms": in_ms[0], "winodnn_ms": in_ms[-1], "distrust": distrust}


def measure_with_peers(programs, shapes, isa):
    """vs_direct and the peers take turns on each shape. Versions, and a record for each shape."""
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(VsDirect(programs / "vs_direct", shapes, isa, "exact", 1, 0, in_turns=True))
        peers = [stack.enter_context(Peer(name)) for name in PEERS]
        times = []
        for shape in shapes:
            say(f"   {shape.text}, {shape.mb} image{'s' * (shape.mb > 1)}")
            times.append(time_with_peers(programs / "referee", running, peers, shape))
        _, records = running.results()
    for peer in peers:
        for shape, record in zip(shapes, peer.records):
            if "error" in record:
                say(f"   {PEERS[peer.name]}: {shape.text}: {record['error']}")
    return ({PEERS[peer.name]: peer.version for peer in peers},
            [{"shape": dataclasses.asdict(shape), "vs_direct": record | timed,
              "peers": {PEERS[peer.name]: peer.records[place] for peer in peers}}
             for place, (shape, record, timed) in enumerate(zip(shapes, records, times))])


def say(text):
    print(text, flush=True)


def warn(records):
    if unknown := [record for record in records if record["distrust"]]:
        say(f"   {len(unknown)} of {len(records)} shapes' times cannot be trusted: {unknown[0]['distrust']}")


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
    say(f"This takes about {minutes} minute{'s' * (minutes > 1)} if the machine has nothing else to do.")

    document = {"format": results.FORMAT, "date": datetime.date.today().isoformat(), "machine": of_machine,
                "versions": {}, "isas": isas, "peaks": peaks, "scaling_file": scaling_file,
                "files": {name: [dataclasses.asdict(layer) for layer in found] for name, found in files.items()},
                "runs": [], "peers": []}
    for run, expected in zip(runs, seconds):
        say(f"{run.text}: about {expected:.0f} s")
        context, measured = measure(program, run)
        warn(measured["records"])
        document["runs"].append(measured)
        document["versions"] |= {"winodnn": context["winodnn"], "oneDNN": context["onednn"]}
    document["versions"]["commit"] = machine.commit()
    if peer_shapes:
        say(f"With peers, {len(peer_shapes)} shapes: about {of_peers:.0f} s")
        versions, document["peers"] = measure_with_peers(arguments.programs, peer_shapes, isas[-1])
        warn([record["vs_direct"] for record in document["peers"]])
        document["versions"] |= versions
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    results.write(arguments.output, document)


if __name__ == "__main__":
    try:
        main()
    except (layers.BadLayer, BadResults, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"measure.py: {error}")
