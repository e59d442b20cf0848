"""Frameworks without winodnn and with it: times, outputs compared bit by bit, layers that were taken over. Exit status 1
if outputs differ or nothing is taken over. With the Python that has PyTorch: compare.py WINODNN_LIBRARY"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

# As in networks.py, which needs PyTorch.
NETWORKS = ("VGG-like", "ResNet-18-like", "U-Net-like")


def run(options, network, threads, with_winodnn):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("WINODNN_") and name != "LD_PRELOAD"} | {"OMP_NUM_THREADS": str(threads)}
    if with_winodnn:
        environment |= {"LD_PRELOAD": str(options.library.resolve()), "WINODNN_REACH": "1"}
    program = pathlib.Path(__file__).with_name("pytorch_process.py")
    command = [sys.executable, "-W", "ignore", str(program), network, str(threads), str(options.seconds)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
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
    print(f"| {network} | {threads} | {least[0]:.2f} ms | {least[1]:.2f} ms | {least[0] / least[1]:.2f} "
          f"| {last['taken_over']} of {last['convolutions']} | {'equal' if equal else 'DIFFERENT'} |", flush=True)
    if not last["taken_over"]:
        print(f"nothing is taken over: {last['status']}", file=sys.stderr)
    return equal and bool(last["taken_over"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=pathlib.Path, help="libwinodnn.so")
    parser.add_argument("--rounds", type=int, default=3, help="processes of each kind")
    parser.add_argument("--seconds", type=float, default=2, help="of each process")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    options = parser.parse_args()
    print("| network | threads | without | with winodnn | ratio | convolutions taken over | outputs |\n"
          "|---|---|---|---|---|---|---|", flush=True)
    return 0 if all([compare(options, network, threads) for network in options.networks
                     for threads in options.threads]) else 1


if __name__ == "__main__":
    sys.exit(main())
