"""Frameworks without winodnn and with it: times, outputs compared bit by bit, layers that were taken over. Exit status 1
if outputs differ or nothing is taken over. With the Python that has the framework: compare.py WINODNN_LIBRARY"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# What the files of each framework have, and how many convolutions.
NETWORKS = {"pytorch": {"VGG-like": 9, "ResNet-18-like": 20, "U-Net-like": 15},
            "paddle": {"VGG-like": 9, "ResNet-18-like": 20}}


def program(name):
    return [sys.executable, "-W", "ignore", str(pathlib.Path(__file__).with_name(name))]


def run(options, network, threads, with_winodnn):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("WINODNN_") and name != "LD_PRELOAD"} | {"OMP_NUM_THREADS": str(threads)}
    if with_winodnn:
        environment |= {"LD_PRELOAD": str(options.library.resolve()), "WINODNN_REACH": "1"}
    command = program(f"{options.framework}_process.py") + [network, str(threads), str(options.seconds)]
    if options.folder:
        command.append(f"{options.folder}/{network}")
    # What PaddlePaddle has to say about the number of threads is not for here.
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def compare(options, network, threads):
    """The least of all rounds, which alternate."""
    without, with_winodnn = [], []
    for _ in range(options.rounds):
        without.append(run(options, network, threads, False))
        with_winodnn.append(run(options, network, threads, True))
    least = [min(result["milliseconds"] for result in results) for results in (without, with_winodnn)]
    last = with_winodnn[-1]
    equal = len({result["digest"] for result in without + with_winodnn}) == 1
    print(f"| {options.framework} | {network} | {threads} | {least[0]:.2f} ms | {least[1]:.2f} ms "
          f"| {least[0] / least[1]:.2f} | {last['taken_over']} of {NETWORKS[options.framework][network]} "
          f"| {'equal' if equal else 'DIFFERENT'} |", flush=True)
    if not last["taken_over"]:
        print(f"nothing is taken over: {last['status']}", file=sys.stderr)
    return equal and bool(last["taken_over"])


def compare_all(options, networks):
    if options.framework == "paddle":
        for network in networks:
            print(f"quantizing {network}", file=sys.stderr)
            subprocess.run(program("paddle_networks.py") + [network, f"{options.folder}/{network}"], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print("| framework | network | threads | without | with winodnn | ratio | convolutions taken over | outputs |\n"
          "|---|---|---|---|---|---|---|---|", flush=True)
    return 0 if all([compare(options, network, threads) for network in networks
                     for threads in options.threads]) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=pathlib.Path, help="libwinodnn.so")
    parser.add_argument("--framework", choices=NETWORKS, default="pytorch")
    parser.add_argument("--rounds", type=int, default=3, help="processes of each kind")
    parser.add_argument("--seconds", type=float, default=2, help="of each process")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--networks", nargs="+", help="some of: " + ", ".join(NETWORKS["pytorch"]))
    options = parser.parse_args()
    there = NETWORKS[options.framework]
    networks = options.networks or list(there)
    if unknown := [network for network in networks if network not in there]:
        parser.error(f"{options.framework} has no {unknown[0]} here, but " + ", ".join(there))
    with tempfile.TemporaryDirectory() as folder:
        options.folder = folder if options.framework == "paddle" else ""
        return compare_all(options, networks)


if __name__ == "__main__":
    sys.exit(main())
